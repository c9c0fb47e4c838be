"""The composition root: puts the houses together, and is imported by none of them."""

from importlib.metadata import version

__version__ = version("tealight")
