"""Google Cloud as the judge reads it: whom a member names, what a grant reaches, what a condition leaves.

One rule of reading holds everywhere: an allow policy that cannot be read whole is unproven, never empty.
"""
