"""Agent identities on AWS."""
