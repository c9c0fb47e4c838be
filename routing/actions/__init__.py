"""What people and processes do with the line: thin shells round one atomic call each."""
