"""What an admission policy demands of agents.

Owns finding out which facts a policy reads. Does not understand CEL: a policy that names a fact's key counts as one
that demands it.
"""

from __future__ import annotations

from nhi.contract import FACT_TABLE

from nhi_policies.view.kubernetes.objects import validations
from nhi_policies.view.resource import Resource

GUARDED = tuple(FACT_TABLE["kubernetes"][name].key for name in ("sponsor", "expires"))
"""The annotations that an agent's identity must have in a cluster."""


def demanded(policy: Resource) -> tuple[str, ...]:
    """Which of `GUARDED` a ValidatingAdmissionPolicy reads. Raises `Unproven` where its expressions are not known."""
    expressions = validations(policy)
    return tuple(key for key in GUARDED if any(key in expression for expression in expressions))
