"""Stage 1: a borrower asks for a new plan."""
