"""The background tasks; procrastinate finds them here."""
