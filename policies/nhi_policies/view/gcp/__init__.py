"""Google Cloud as the judge reads it: accounts, members and providers, and whose they are."""
