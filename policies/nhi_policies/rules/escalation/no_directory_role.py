"""NHI-ESC-201: no directory role beside agents."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-ESC-201",
    slug="no-directory-role",
    severity="critical",
    kind="resource",
    targets=("entra-directory-role", "entra-group"),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6(5)", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_directory_role(resource: Resource, context: Context) -> Iterator[Finding]:
    """A stack with agents gives nobody a directory role, and makes no group that could be given one.

    Why: a role of the directory reaches over the whole tenant or a unit of it, and no word of an agent's file comes to
        one. Whom it is for shows only once the directory has given ids, so it is refused for anybody.
    Bad: `DirectoryRoleAssignment`, `DirectoryRoleMember`, an eligibility request, a role over an administrative unit or
        a catalog; a group with `assignable_to_role`.
    Fix: give people their roles in a stack without agents, and an agent what its file declares.
    """
    beside_agents(context)
    if resource.type in t.KINDS["entra-group"]:
        if resource.read("assignableToRole", default=False) is not False:
            yield Finding(
                "it is a group that may be given directory roles, and with them every member.",
                "leave `assignableToRole` out, or move the group to a stack without agents.",
                "assignable",
            )
        return
    yield Finding(
        f"{resource.type.rpartition(':')[2]} gives a role of the directory.",
        "take it out; an agent gets what its file declares, and people get roles in a stack without agents.",
        "role",
    )
