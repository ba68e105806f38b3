"""The platform: the only room that may import Django."""
