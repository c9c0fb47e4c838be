"""What every process needs and nothing of ours beneath it."""
