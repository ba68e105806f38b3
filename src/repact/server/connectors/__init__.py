"""Ports to the world outside: the wallet, the lender's core."""
