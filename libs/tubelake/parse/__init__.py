"""Answers of the API to typed rows, one module a resource."""
