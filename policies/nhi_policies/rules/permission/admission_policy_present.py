"""NHI-PRM-048: the cluster itself refuses agents without sponsor and end date."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.kubernetes.admission import GUARDED, demanded
from nhi_policies.view.kubernetes.rbac import present_accounts
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-PRM-048",
    slug="admission-policy-present",
    # One cluster serves many stacks, and one of them declares the policies. That this stack does not is worth a word
    # and no more; that a policy of this stack is weak is another rule's, and blocks.
    severity="low",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI6", "ASI10", "NIST-CM-7", "NIST-AC-3", "ISO27001-A.8.9"),
    row="3.2",
)
def admission_policy_present(stack: Stack, context: Context) -> Iterator[Finding]:
    """A stack with agents in a cluster declares the admission policy that demands sponsor and end date of agents.

    Why: this gate judges what the stack declares; what somebody applies by hand, only the cluster can refuse.
    Bad: agents' service accounts, and no ValidatingAdmissionPolicy that reads `nhi/sponsor` and `nhi/expires`.
    Fix: declare `KubernetesAgentAdmission` once for the environment's cluster; ignore this where another stack does.
    """
    if next(present_accounts(stack, context), None) is None:
        raise NotApplicable("the stack has no agents in a cluster")
    if not any(demanded(policy) == GUARDED for policy in stack.of(t.K8S_ADMISSION_POLICY)):
        yield Finding(
            f"agents live in a cluster, and no admission policy of this stack demands {' and '.join(GUARDED)}.",
            "declare `KubernetesAgentAdmission` once for the environment's cluster.",
            "missing",
        )
