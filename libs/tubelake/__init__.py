"""TubeLake: from keywords to a Delta lake of YouTube videos, and what they say."""

__version__ = "0.1.0"
