"""Entra ID as the judge reads it: objects of the directory, and whose they are.

`owners` follows ids to the objects that have them, `grants` reads permissions, `privileged` says which of them lead to
all others, `trust` whom a declared workload lets in, `claims` what an object claims for one agent alone.
"""
