"""Courses that are written in the service itself: drafts, and the editions that people learn from."""
