"""All rules, one file each, in one folder per area."""
