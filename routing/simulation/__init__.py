"""Made-up days on which policies are compared: the real scripts, or a fast twin of them (docs/simulation.md)."""
