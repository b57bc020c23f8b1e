"""What abstract actions, data scopes and tools mean on each platform."""
