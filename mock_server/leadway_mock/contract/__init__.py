"""The OpenAPI document as values, and the table of behaviours."""
