"""Mentors read chats by a rubric, two apart from each other, and talk with the listener about it (docs/review.md)."""
