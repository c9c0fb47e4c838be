"""Numbers of training, never of fewer people than may be told apart (docs/training-numbers.md)."""
