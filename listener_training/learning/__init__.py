"""Who learns what and how far they are: drawing and judging tests, places in lessons, attempts (docs/training.md)."""
