"""Benchmarks of the numbers that the design holds: ratios and counts, measured here, never asserted in a test."""
