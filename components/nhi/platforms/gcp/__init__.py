"""Agent identities on Google Cloud."""
