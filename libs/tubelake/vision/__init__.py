"""What thumbnails show: their words, their faces, what those express."""
