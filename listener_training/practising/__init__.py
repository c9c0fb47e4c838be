"""Practice chats in the real console: their door, their rows, the partner as a client (docs/practice.md)."""
