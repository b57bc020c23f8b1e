"""Puts this folder on the path, so that tests of every platform import `plans` and `mocked`."""
