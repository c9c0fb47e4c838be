"""Copies of a service, with the keys apart, and a service from a copy (docs/backup.md)."""
