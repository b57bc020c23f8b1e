"""The `nhi` command."""
