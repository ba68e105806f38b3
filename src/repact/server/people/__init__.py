"""Borrowers, staff, their keys and their rights."""
