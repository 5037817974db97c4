"""Parts of the lake as files that other programs read."""
