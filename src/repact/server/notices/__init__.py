"""What a person is told, and what was said before."""
