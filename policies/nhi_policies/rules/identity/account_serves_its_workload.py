"""NHI-IDN-302: nothing but its declared workload uses an agent's account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nhi.contract import UNKNOWN, agent_name

from nhi_policies.declared import Context, Owner, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.agents import mentioned
from nhi_policies.view.resource import Resource, joined
from nhi_policies.view.types import kinds_of

_RUN = re.compile(r"gcp:cloudrun(?:v2)?/service:Service")
_ACCOUNT_KEY = re.compile(r".*service_?account.*", re.IGNORECASE)
"""Properties that say under which account a thing runs, in every service's spelling."""
_LISTED_KEY = re.compile(
    r"entity|roleEntities|accesses|grantees|(?:preferred)?[mM]emberKey|identities|members?|principal|name|user|userId"
)
"""Properties of a list of who may do what that name somebody."""
_READ_ELSEWHERE = frozenset({"principal", "gcp-grant", "gcp-role", "gcp-static-credential", "gcp-secret"})
_OTHER_RULES = re.compile(
    r"gcp:iam/(?:denyPolicy|principalAccessBoundaryPolicy|projectsPolicyBinding|workloadIdentityPool\w*):\w+"
    r"|gcp:privilegedaccessmanager/.*"
)


@rule(
    id="NHI-IDN-302",
    slug="account-serves-its-workload",
    severity="critical",
    kind="resource",
    targets=("gcp:*",),
    controls=("OWASP-NHI9", "OWASP-NHI4", "ASI03", "NIST-IA-4", "NIST-IA-9", "ISO27001-A.5.16", "AIRS-IAM-01"),
    row="2.3",
)
def account_serves_its_workload(resource: Resource, context: Context) -> Iterator[Finding]:
    """Only the declared workload runs under an agent's Google account, and no group or access list names the account.

    Why: a service that is deployed with the account is the agent; a group or a list gives it what no policy shows.
    Bad: a second Cloud Run service, a machine or a scheduled job with the agent's account; the agent in a group, in a
        bucket's ACL, in the access list of a BigQuery dataset.
    Fix: give the other workload an account of its own; declare what the agent needs in its file.
    """
    beside_agents(context)
    kinds = kinds_of(resource.type)
    if kinds & _READ_ELSEWHERE or _OTHER_RULES.fullmatch(resource.type):
        raise NotApplicable("another rule reads this type")
    found = mentioned(resource.inputs, context)
    for owner in sorted(found, key=str):
        if _RUN.fullmatch(resource.type) and _declared_service(resource, owner, context):
            continue
        yield Finding(
            f"it names the account of {agent_name(*owner)}, and it is not the workload that the agent's file declares.",
            "give it an account of its own; what the agent needs belongs into the agent's file.",
            f"account::{agent_name(*owner)}",
            context.origin(owner[0], "credential", "workload"),
            owner[0],
        )
    if not found:
        unknown = _unknown_account(resource.inputs, (), lists="gcp-access-list" in kinds)
        if unknown is not None:
            raise Unproven(joined(unknown), "is not known at preview, and could be an agent's account")


def _declared_service(resource: Resource, owner: Owner, context: Context) -> bool:
    declared = context.agents.get(owner[0])
    workload = declared.agent.credential.workload if declared and declared.agent.credential else None
    if declared is None or workload is None or workload.kind != "cloud-run":
        return False
    gcp = declared.environment.environment.gcp
    here = gcp is not None and (
        resource.text("project") in (None, gcp.project_id, gcp.project_number)
        and (gcp.location == "global" or resource.text("location") in (None, gcp.location))
    )
    live = rendered_state(declared.agent, owner[1], context.clock) == "active"
    return here and live and resource.text("name") == workload.service


def _unknown_account(value: Any, path: tuple[str | int, ...], *, lists: bool) -> tuple[str | int, ...] | None:
    """Where an unknown value could be an account's name, by the keys that lead to it."""
    items: Any = ()
    if value is UNKNOWN:
        keys = [step for step in path if isinstance(step, str)]
        named = any(_ACCOUNT_KEY.fullmatch(key) or (lists and _LISTED_KEY.fullmatch(key)) for key in keys)
        return path if named else None
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        if (found := _unknown_account(item, (*path, key), lists=lists)) is not None:
            return found
    return None
