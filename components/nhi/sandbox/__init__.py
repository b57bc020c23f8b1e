"""Stand-in clouds and the local engine: no account, no login, no download."""
