"""Talking about a case: one thread, messages sealed, an answer promised by a time."""
