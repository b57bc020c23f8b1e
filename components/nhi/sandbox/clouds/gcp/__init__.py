"""A stand-in for Google Cloud: IAM and what agents touch beside it, with its own names, limits, grammar and conflicts.

Owns the cloud's protocol; the parts are `types` (what is served), `limits`, `grammar`, `conditions` (CEL), `project`
(what objects do to each other) and `functions`. It proves that inputs have a form Google Cloud takes and that steps
come in an order it allows. It does not prove that a request would be allowed or anything about time:
`docs/sandbox.md` says it in full.

Nothing here reads a clock or draws a number: what the cloud would assign is derived from an object's URN, and what
would be a secret is a constant that says it is none.
"""

from nhi.sandbox.clouds.gcp.cloud import GcpCloud

__all__ = ["GcpCloud"]
