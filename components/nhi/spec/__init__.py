"""The agent file, the environment file and the tier profiles."""
