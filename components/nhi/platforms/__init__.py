"""What each platform is told: pure documents, and the components that register them."""
