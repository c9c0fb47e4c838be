"""Who learns what and how far they are: drawing and judging tests, bookmarks, attempts (docs/training.md)."""
