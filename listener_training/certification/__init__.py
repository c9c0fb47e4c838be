"""Which clearances people earn, by rules that are data, and the certificates that say so (docs/certification.md)."""
