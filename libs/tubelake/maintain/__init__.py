"""Keeps the lake to YouTube's policy: what is old is refreshed or deleted, what is gone there goes here too."""
