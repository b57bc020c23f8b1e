"""The permission model."""
