"""What is known, what a round decided, and what became of each pair: pure, one file an aggregate."""
