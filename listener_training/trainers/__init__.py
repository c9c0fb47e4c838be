"""Those who train listeners: mentors, verifiers, course authors (docs/trainers.md)."""
