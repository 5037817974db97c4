"""Talks to YouTube, and knows nothing of Spark."""
