"""AWS as the judge reads it: policy documents, roles, and whose they are.

`documents` parses, `links` and `holders` say what hangs on whose role, `trust` who may become it, `reach`, `ending` and
`escalation` how far a statement goes, `secrets` where credentials lie. `effective` puts together what one role holds as
a permission set; `within` compares it with the declaration, and `witness` shows what a proof found.
"""
