"""Agent identities on Microsoft Entra ID."""
