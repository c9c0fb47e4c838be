"""Staff, sign-in, roles, clearances, seeker tokens."""
