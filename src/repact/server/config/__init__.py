"""Settings, addresses, the database and the start of every process."""
