"""NHI-IDN-301: an agent has one service account on Google Cloud, under the agent's own name."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.gcp.agents import account_id, agents_only, google
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-IDN-301",
    slug="google-account-has-its-own-name",
    severity="critical",
    kind="resource",
    targets=(t.GCP_SERVICE_ACCOUNT,),
    controls=("OWASP-NHI9", "ASI03", "NIST-IA-4", "ISO27001-A.5.16", "AIRS-IA-1.2"),
    row="1.1",
)
def google_account_has_its_own_name(resource: Resource, context: Context) -> Iterator[Finding]:
    """A service account that says it is an agent's has that agent's own id, in the environment's project.

    Why: grants and entrances name an account by its address; under a second address they would be nobody's.
    Bad: an account with another id and the facts of a declared agent; the right id in another project.
    Fix: let the component make the account; give a second workload an agent, or an instance, of its own.
    """
    owner = agents_only(resource, context)
    declared, gcp = context.agents.get(owner[0]), google(context)
    if declared is None or gcp is None:
        raise NotApplicable("no file declares the agent")
    name = resource.text("accountId")
    if name is None:
        raise Unproven("accountId", "is missing, so Pulumi makes one up")
    wanted = account_id(declared, owner[1])
    if name != wanted:
        yield Finding(
            f"it says that it is {owner[0]}'s account, whose id is {wanted}.",
            "let the component make the account, or take the agent's facts off this one.",
            "accountId",
        )
    project = resource.text("project")
    if project not in (gcp.project_id, gcp.project_number):
        yield Finding(
            f"it is not made in the environment's project {gcp.project_id}.",
            f"set `project` to {gcp.project_id}.",
            "project",
        )
