"""The lake as one HTML page that opens offline: figures, tables, pictures, and what they say in plain words."""
