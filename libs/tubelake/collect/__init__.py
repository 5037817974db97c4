"""Collection: what is due (frontier), what it may cost (quota), and fetching it."""
