"""Bank statements: read, matched to plans, or left for a person."""
