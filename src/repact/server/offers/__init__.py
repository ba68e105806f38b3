"""Stage 4: plans with exact figures, one of which is chosen."""
