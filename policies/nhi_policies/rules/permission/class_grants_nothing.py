"""NHI-PRM-132: an agent class bounds its agents and grants them nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nhi.contract import UNKNOWN

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Statement, documents
from nhi_policies.view.classes import (
    CLASS_LABEL,
    CLASS_TAG,
    bound_groups,
    class_groups,
    class_of_set,
    names_a_set,
    selects_class,
    texts_of,
)
from nhi_policies.view.kubernetes.agents import AGENT_LABEL
from nhi_policies.view.kubernetes.objects import network_policy
from nhi_policies.view.resource import Resource, Stack, first_unknown, joined

_FIX = "grant it to each agent by a word of its file, where a sponsor, a ceiling and an end date hold for it."
_PRINCIPALS = {
    t.ENTRA_APP_ROLE_ASSIGNMENT: "principalObjectId",
    "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment": "principalObjectId",
    "azuread:index/directoryRoleMember:DirectoryRoleMember": "memberObjectId",
    "azuread:index/directoryRoleEligibilityScheduleRequest:DirectoryRoleEligibilityScheduleRequest": "principalId",
}
"""Types that give a principal of the directory something, and the property that names it."""
_BOUNDS = {
    "gcp:iam/denyPolicy:DenyPolicy": "deniedPrincipals",
    "gcp:iam/projectsPolicyBinding:ProjectsPolicyBinding": "target",
    "gcp:iam/foldersPolicyBinding:FoldersPolicyBinding": "target",
    "gcp:iam/organizationsPolicyBinding:OrganizationsPolicyBinding": "target",
}
"""Types that take away from a principal set, and the key below which they name it."""


@rule(
    id="NHI-PRM-132",
    slug="class-grants-nothing",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-2(7)", "ISO27001-A.5.15", "AICM-IAM-05"),
    row="3.1",
)
def class_grants_nothing(stack: Stack, context: Context) -> Iterator[Finding]:
    """Nothing is granted to a class of agents, or to all agents of a pool: a class only bounds.

    Why: what a class gets, an agent gets that no file declares, with no end date and no line that somebody reviewed;
        and whoever moves an agent into the class grants it.
    Bad: an app role assigned to the group of a class, or that group inside another; a group of a class that is
        assignable to roles; an IAM member on `principalSet://.../attribute.agent_class/research`; a trust policy for
        everybody with the tag of a class; a network policy that opens for the label of a class.
    Fix: grant it to each agent in its own file. Denies, and boundaries, may name a class.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    groups = class_groups(stack, context)
    for resource in stack:
        if not resource.custom:
            continue
        try:
            yield from _on_entra(resource, groups, context)
            if resource.package == "gcp":
                yield from _on_google_cloud(resource, stack, context)
            elif resource.package == "aws":
                yield from _on_aws(resource)
            elif resource.package == "kubernetes":
                yield from _on_kubernetes(resource)
        except Unproven as unknown:
            yield Finding(
                f"whether it grants something to a class of agents is unproven: {unknown.path} {unknown.why}.",
                "compute it in the program from plain values, not from another resource's output.",
                f"unproven::{unknown.path}",
                context.origin(resource.agent),
                resource.agent,
                resource.urn,
            )


def _found(resource: Resource, what: str, part: str) -> Finding:
    return Finding(f"{what}; a class bounds its agents and grants them nothing.", _FIX, part, target=resource.urn)


def _on_entra(resource: Resource, groups: Mapping[str, str], context: Context) -> Iterator[Finding]:
    if resource.urn in groups:
        yield from _group(resource, groups[resource.urn])
    for key, sources in resource.property_dependencies.items():
        for urn in sources:
            if urn in groups and (resource.type, key) != (t.ENTRA_GROUP_MEMBER, "groupObjectId"):
                yield _found(resource, f"{key} names the group of class {groups[urn]}", f"group::{key}::{groups[urn]}")
    bound = bound_groups(context)
    if bound and resource.package == "azuread":
        for path, text in texts_of(resource.inputs):
            if text in bound and (resource.type, path) != (t.ENTRA_GROUP_MEMBER, ("groupObjectId",)):
                what = f"{joined(path)} names the group of class {bound[text]}"
                yield _found(resource, what, f"group::{joined(path)}::{bound[text]}")
    key = _PRINCIPALS.get(resource.type, "")
    unknown = bool(key) and resource.peek(key) is UNKNOWN and not resource.property_dependencies.get(key)
    if unknown and (groups or bound):
        raise Unproven(key)


def _group(resource: Resource, name: str) -> Iterator[Finding]:
    if resource.read("assignableToRole") is True:
        yield _found(resource, f"the group of class {name} is assignable to directory roles", "assignableToRole")
    for key in ("owners", "dynamicMembership", "members"):
        value = resource.peek(key)
        if value is UNKNOWN or value:
            what = f"{key} of the group decides who is of class {name}"
            yield Finding(f"{what}; the agents' files do.", f"leave {key} out.", key, target=resource.urn)


def _on_google_cloud(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    for key in ("member", "members"):
        # What an account's own output says is that account; anything else that is not known may be a set.
        sources = resource.property_dependencies.get(key, ())
        accounts = bool(sources) and all(
            urn in stack.by_urn and stack.by_urn[urn].type == t.GCP_SERVICE_ACCOUNT for urn in sources
        )
        if first_unknown(resource.peek(key)) is not None and not accounts:
            raise Unproven(key)
    takes = _BOUNDS.get(resource.type)
    for path, text in texts_of(resource.inputs) if names_a_set(resource.inputs) else ():
        if takes in path:
            continue
        for word in text.replace('"', " ").split() if path == ("policyData",) else (text,):
            one = class_of_set(word, context)
            if one is not None:
                yield _found(resource, f"{joined(path)} grants to {one}", f"set::{joined(path)}::{one}")


def _on_aws(resource: Resource) -> Iterator[Finding]:
    if resource.type not in (t.AWS_ROLE, t.AWS_SECRET, t.AWS_SECRET_POLICY):
        return
    try:
        found = documents(resource, "trust", "resource")
    except Unproven:
        if resource.agent is None:
            return  # what is no agent's is judged where it can be read
        raise
    for document in found:
        for statement in document.allows:
            if _by_class(statement):
                yield _found(resource, f"{statement.label} allows whoever has the tag of a class", statement.label)


def _by_class(statement: Statement) -> bool:
    wide = any(one.kind == "*" or (one.kind == "AWS" and ":role/" not in one.value) for one in statement.principals)
    by_class = any(condition.key.lower() == CLASS_TAG for condition in statement.conditions)
    return by_class and (wide or bool(statement.not_principals))


def _on_kubernetes(resource: Resource) -> Iterator[Finding]:
    if resource.type not in (t.K8S_NETWORK_POLICY, t.K8S_SPIFFE_ID) or not selects_class(resource):
        return
    if resource.type == t.K8S_SPIFFE_ID:
        if AGENT_LABEL not in resource.map("spec", "podSelector", "matchLabels"):
            yield _found(resource, f"it gives a SPIFFE id to every pod with the label {CLASS_LABEL}", "spiffe")
        return
    policy = network_policy(resource)
    if policy.ingress or policy.egress:
        yield _found(resource, f"it opens the network for every pod with the label {CLASS_LABEL}", "network")
