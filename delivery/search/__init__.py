"""One box over all: what was asked is looked up exactly, in indexes alone."""

from delivery.search.asked import Asked
from delivery.search.finding import Found

__all__ = ["Asked", "Found"]
