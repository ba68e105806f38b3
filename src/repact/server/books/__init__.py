"""Double entry in PostgreSQL: balanced, immutable, idempotent."""
