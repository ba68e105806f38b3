"""Pages for the hardship team, on a desk."""
