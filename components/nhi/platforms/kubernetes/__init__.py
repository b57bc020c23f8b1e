"""Agent identities on Kubernetes."""
