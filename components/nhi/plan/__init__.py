"""From a declared agent to who it is, what it may do and until when."""
