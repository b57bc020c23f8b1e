"""Non-human identities for AI agents, from one declarative file per agent.

Importing this package imports neither Pulumi nor a platform SDK: the components are loaded when they are named.
"""
