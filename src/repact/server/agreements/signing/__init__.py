"""Signatures on the agreement. Imports no Django."""
