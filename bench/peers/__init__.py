"""The alternatives to the mock, and the constant applications that show the upper limit."""
