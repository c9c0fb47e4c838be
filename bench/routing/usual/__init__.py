"""The usual designs, rebuilt small and by ourselves, on the same engine and the same people, to compare with."""
