"""The command `repact`."""
