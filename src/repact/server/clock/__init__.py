"""The one room that knows what time it is, and where ids and randomness come from."""
