"""What each cloud would say to a resource."""
