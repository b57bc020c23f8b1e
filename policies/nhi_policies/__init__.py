"""The gate: rules over resources and declarations, and the pack that serves them to Pulumi."""
