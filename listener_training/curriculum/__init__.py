"""Courses as data: what a course is, how its files are read, and what is wrong with them (docs/curriculum.md)."""
