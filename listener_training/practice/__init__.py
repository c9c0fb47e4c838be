"""Practice chats: what a trainee writes becomes moves, moves change a scripted seeker (docs/practice.md). Pure."""
