"""Entra ID as the judge reads it: objects of the directory, and whose they are."""
