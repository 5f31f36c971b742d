"""What people would pick instead of the mock, and the constants that nothing can be faster than."""
