"""Many agents at once."""
