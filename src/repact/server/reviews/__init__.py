"""Stage 3: a person looks."""
