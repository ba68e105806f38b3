"""Stage 2: the few papers that support it."""
