"""NHI-PRM-040: no wildcard in a role."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.kubernetes.objects import rbac_rules
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-040",
    slug="no-wildcard-rbac",
    severity="critical",
    kind="resource",
    targets=("kubernetes-role",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.8.2", "AIRS-IAM-02"),
    row="3.1",
)
def no_wildcard_rbac(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents a role lists its verbs, resources, API groups and paths; none of them is `*`.

    Why: `*` also grants what does not exist yet: the next custom resource, the next subresource, the next verb.
    Bad: `verbs: ["*"]`; `resources: ["*"]`; `resources: ["*/exec"]`; `nonResourceURLs: ["/*"]`.
    Fix: list what the agent needs, as its file declares it.
    """
    beside_agents(context)
    for one in rbac_rules(resource):
        for field, values in (
            ("verbs", one.verbs),
            ("resources", one.resources),
            ("apiGroups", one.api_groups),
            ("nonResourceURLs", one.non_resource_urls),
        ):
            # A path under one prefix (`/healthz/*`) is a list in all but name; only everything is everything.
            wild = [value for value in values if value in ("*", "/*") or (field == "resources" and "*" in value)]
            if wild:
                yield Finding(
                    f"rules[{one.index}].{field} holds {wild[0]}, which grants more than anybody reviewed.",
                    f"list the {field} that are needed.",
                    f"{one.index}::{field}",
                )
