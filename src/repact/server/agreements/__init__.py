"""Stage 5: one text, two signatures."""
