"""NHI-PRM-049: an admission policy about agents refuses."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.kubernetes.admission import demanded
from nhi_policies.view.resource import Resource, Stack


@rule(
    id="NHI-PRM-049",
    slug="admission-policy-denies",
    severity="medium",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI6", "ASI10", "NIST-CM-7", "NIST-AC-3", "ISO27001-A.8.9"),
    row="3.2",
)
def admission_policy_denies(stack: Stack, context: Context) -> Iterator[Finding]:
    """An admission policy that guards agents fails closed, and a binding of the stack denies with it.

    Why: a policy that warns, or lets everything pass when it cannot be evaluated, looks like a guard and is none.
    Bad: `failurePolicy: Ignore`; `validationActions: [Audit]`; a policy without a binding.
    Fix: set `failurePolicy` to Fail and bind the policy with `validationActions: [Deny]`.
    """
    policies = tuple(stack.of(t.K8S_ADMISSION_POLICY))
    if not policies:
        raise NotApplicable("the stack has no admission policies")
    denying: set[str | None] = set()
    for binding in stack.of(t.K8S_ADMISSION_BINDING):
        try:
            if "Deny" in binding.texts("spec", "validationActions"):
                denying.add(binding.text("spec", "policyName"))
        except Unproven as signal:
            yield unproven(binding, None, context, signal)
    for policy in policies:
        try:
            keys = demanded(policy)
            # The component's other policies (tokens, pods, secrets) demand no facts, and must refuse all the same.
            weak = _weak(policy, denying) if keys or policy.from_component else None
        except Unproven as signal:
            yield unproven(policy, None, context, signal)
            continue
        if weak is not None:
            yield about(
                policy,
                None,
                context,
                f"it guards agents{' (' + ', '.join(keys) + ')' if keys else ''}, but {weak}.",
                "set `failurePolicy` to Fail, and bind it with `validationActions: [Deny]`.",
                "weak",
            )


def _weak(policy: Resource, denying: set[str | None]) -> str | None:
    if (policy.text("spec", "failurePolicy") or "Fail") != "Fail":
        return "where it cannot be evaluated it lets everything pass"
    if policy.text("metadata", "name") not in denying:
        return "no binding of this stack denies with it"
    return None
