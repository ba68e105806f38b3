"""Stage 6: what is due, what was paid, what is left."""
