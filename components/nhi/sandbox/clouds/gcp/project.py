"""What objects of Google Cloud do to each other: who must exist, what is in use, which grants a policy really holds.

Owns the rules that need a world. Access to one resource is one document, its allow policy, as in the real cloud: a
member, a binding and a whole policy are three ways to write into it, so that an authoritative one wipes what others
wrote. Besides it keeps the ids that a deleted object holds on to.

Known to be looser than Google Cloud: a member's service account or a custom role is looked for only where it belongs
to a project in which this world has something. Pools, boundaries of bindings, secrets of grants and every other parent
are taken on trust, because other stacks own them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from nhi.sandbox.clouds.gcp.facts import Facts, Served
from nhi.sandbox.clouds.gcp.grammar import EVERYONE, same_member
from nhi.sandbox.clouds.gcp.types import find, secret_of
from nhi.sandbox.clouds.model import CloudError, Inputs
from nhi.sandbox.clouds.world import Thing, Things, of_types

POLICY = "gcp:nhi/sandbox:AllowPolicy"
"""Type under which a world keeps the allow policy of one resource; `id` is the resource."""
BURIED = "gcp:nhi/sandbox:Deleted"
"""Type under which a world keeps an id that was deleted and cannot be used again yet."""

_ACCOUNT = "gcp:serviceaccount/account:Account"
_KEY = "gcp:serviceaccount/key:Key"
_ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole"
_ROLE_ABOVE = "gcp:organizations/iAMCustomRole:IAMCustomRole"
_SECRET = "gcp:secretmanager/secret:Secret"
_VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
_DENY = "gcp:iam/denyPolicy:DenyPolicy"
_BOUNDARY = "gcp:iam/principalAccessBoundaryPolicy:PrincipalAccessBoundaryPolicy"
_POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool"
_PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
_NAMESPACE = "gcp:iam/workloadIdentityPoolNamespace:WorkloadIdentityPoolNamespace"
_MANAGED = "gcp:iam/workloadIdentityPoolManagedIdentity:WorkloadIdentityPoolManagedIdentity"
_IN_POOL = (_PROVIDER, _NAMESPACE, _MANAGED)
_DENY_PRINCIPALS = ("deniedPrincipals", "exceptionPrincipals")

# https://cloud.google.com/iam/quotas: limits, which nobody raises. Each appearance of a principal counts, and only
# groups count once.
KEYS_PER_ACCOUNT = 10
CUSTOM_ROLES = 300
"""In one project, or in one organization."""
MEMBERS_PER_POLICY = 1500
GROUPS_AND_DOMAINS_PER_POLICY = 250
BINDINGS_OF_ONE_ROLE_AND_MEMBER = 20
DENY_RULES_PER_RESOURCE = 500
DENY_POLICIES_PER_RESOURCE = 500
DENY_PRINCIPALS_PER_RESOURCE = 2500
DENY_GROUPS_PER_RESOURCE = 500
BOUNDARIES_PER_RESOURCE = 10

_OWN_ACCOUNT = re.compile(r"[^@]+@(?!gcp-sa-)([a-z0-9.-]+)\.iam\.gserviceaccount\.com")
_OWN_ROLE = re.compile(r"projects/([^/]+)/roles/[^/]+")


def _kind(type: str) -> Served:
    served = find(type)
    assert served is not None, type
    return served


def _projects(things: Things, facts: Facts) -> set[str]:
    """Projects in which this world has something, and the one at hand."""
    own = {facts.project, facts.default_project}
    own |= {str(thing.inputs["project"]) for thing in things.values() if thing.inputs.get("project")}
    own |= {thing.id.split("/")[1] for thing in things.values() if thing.id.startswith("projects/")}
    return {name.removeprefix("projects/") for name in own}


# --- who must exist ---------------------------------------------------------------------------------------------


def _require_account(things: Things, mail: str) -> None:
    if not any(thing.outputs.get("email") == mail.lower() for thing in of_types(things, _ACCOUNT)):
        raise CloudError("INVALID_ARGUMENT", f"service account {mail} does not exist")


def _require_member(things: Things, facts: Facts, member: Any) -> None:
    kind, _, who = str(member).partition(":")
    found = _OWN_ACCOUNT.fullmatch(who.lower()) if kind == "serviceAccount" else None
    if found is not None and found[1] in _projects(things, facts):
        _require_account(things, who)


def _require_role(things: Things, facts: Facts, role: Any) -> None:
    found = _OWN_ROLE.fullmatch(str(role))
    if found is not None and found[1] in _projects(things, facts) and (_ROLE, str(role)) not in things:
        raise CloudError("INVALID_ARGUMENT", f"role {role} does not exist in the resource's hierarchy")


def admit(things: Things, type: str, facts: Facts, id: str, *, fresh: bool) -> None:
    """Raises `CloudError` where the cloud would refuse this object as it now stands. `fresh` is set on a create."""
    served = _kind(type)
    if fresh and served.kept and (BURIED, f"{type} {id}") in things:
        raise CloudError(
            "ALREADY_EXISTS",
            f"{id} was deleted less than 30 days ago, and its id cannot be used again yet. Fix: undelete and import "
            "it; in the sandbox, delete the stack's world (`.nhi/`) to begin anew",
        )
    if served.grants is not None:
        _admit_grant(things, type, facts)
    elif type == _KEY:
        _admit_key(things, facts, id)
    elif type == _VERSION:
        _admit_version(things, facts)
    elif type in (_ROLE, _ROLE_ABOVE):
        _admit_role(things, type, id)
    elif type == _DENY:
        _admit_deny(things, facts, id)
    elif "PolicyBinding:" in type:
        _admit_bound(things, facts, id)
    elif type in _IN_POOL:
        _admit_in_pool(things, type, facts)


def _admit_grant(things: Things, type: str, facts: Facts) -> None:
    # https://cloud.google.com/resource-manager/reference/rest/v1/projects/setIamPolicy
    for row in _rows(facts.inputs) if type.startswith("gcp:projects/") else ():
        if everyone := EVERYONE & set(row["members"]):
            raise CloudError("INVALID_ARGUMENT", f"a project's policy cannot have {min(everyone)} as a member")
    if type.startswith("gcp:serviceaccount/"):
        _require_account(things, facts.account.rpartition("/")[2])
    for row in _rows(facts.inputs):
        _require_role(things, facts, row["role"])
        for member in row["members"]:
            _require_member(things, facts, member)


def _admit_key(things: Things, facts: Facts, id: str) -> None:
    _require_account(things, facts.account.rpartition("/")[2])
    prefix = f"{facts.account}/keys/"
    if sum(thing.id.startswith(prefix) and thing.id != id for thing in of_types(things, _KEY)) >= KEYS_PER_ACCOUNT:
        raise CloudError("RESOURCE_EXHAUSTED", f"{facts.account} has {KEYS_PER_ACCOUNT} keys already")


def _admit_version(things: Things, facts: Facts) -> None:
    if not any(_names_secret(secret_of(facts), secret) for secret in of_types(things, _SECRET)):
        raise CloudError("NOT_FOUND", f"secret {secret_of(facts)} does not exist")


def _names_secret(text: str, secret: Thing) -> bool:
    return text in (secret.id, secret.outputs.get("name"))


def _admit_role(things: Things, type: str, id: str) -> None:
    home = id.rpartition("/")[0]
    others = [role for role in of_types(things, type) if role.id.rpartition("/")[0] == home and role.id != id]
    if len(others) >= CUSTOM_ROLES:
        raise CloudError("RESOURCE_EXHAUSTED", f"{home.rpartition('/')[0]} has {CUSTOM_ROLES} custom roles already")


def _admit_deny(things: Things, facts: Facts, id: str) -> None:
    others = [t for t in of_types(things, _DENY) if t.inputs.get("parent") == facts["parent"] and t.id != id]
    rules = [row.get("denyRule") or {} for policy in (facts, *(t.inputs for t in others)) for row in policy["rules"]]
    named = [who for rule in rules for part in _DENY_PRINCIPALS for who in rule.get(part) or ()]
    for count, limit, what in (
        (len(others) + 1, DENY_POLICIES_PER_RESOURCE, "deny policies"),
        (len(rules), DENY_RULES_PER_RESOURCE, "rules"),
        (len(named), DENY_PRINCIPALS_PER_RESOURCE, "principals"),
        (sum("/group/" in who or "/cloudIdentity" in who for who in named), DENY_GROUPS_PER_RESOURCE, "groups"),
    ):
        if count > limit:
            raise CloudError(
                "RESOURCE_EXHAUSTED", f"the resource's deny policies would have {count} {what}; the limit is {limit}"
            )


def _admit_bound(things: Things, facts: Facts, id: str) -> None:
    # https://cloud.google.com/iam/docs/principal-access-boundary-policies#policy-bindings
    if facts["policyKind"] == "ACCESS" or not isinstance(facts["target"], Mapping):
        return
    who = facts["target"].get("principalSet")
    bound = {
        thing.inputs.get("policy")
        for thing in things.values()
        if "PolicyBinding:" in thing.type and thing.id != id and (thing.inputs.get("target") or {}) == facts["target"]
    }
    if len(bound | {facts["policy"]}) > BOUNDARIES_PER_RESOURCE:
        raise CloudError("RESOURCE_EXHAUSTED", f"{who} has {BOUNDARIES_PER_RESOURCE} boundaries bound already")


def _admit_in_pool(things: Things, type: str, facts: Facts) -> None:
    pool = f"projects/{facts.project}/locations/global/workloadIdentityPools/{facts['workloadIdentityPoolId']}"
    inside = f"{pool}/namespaces/{facts['workloadIdentityPoolNamespaceId']}"
    for parent, kind in ((pool, _POOL), *(((inside, _NAMESPACE),) if type == _MANAGED else ())):
        if (BURIED, f"{kind} {parent}") in things:
            raise CloudError("FAILED_PRECONDITION", f"{parent} was deleted")
    standing = things.get((_POOL, pool))
    mode = standing.outputs.get("mode") if standing is not None else None
    # The modes and what may stand in each: the SDK's documentation of `WorkloadIdentityPool.mode`.
    wanted = ("FEDERATION_ONLY",) if type == _PROVIDER else ("TRUST_DOMAIN",)
    if mode is not None and mode not in wanted:
        raise CloudError("FAILED_PRECONDITION", f"{pool} has the mode {mode}, in which this cannot be made")


# --- allow policies ---------------------------------------------------------------------------------------------


def _keyof_types(condition: Any) -> tuple[str, str, str]:
    given = condition if isinstance(condition, Mapping) else {}
    return (str(given.get("title") or ""), str(given.get("description") or ""), str(given.get("expression") or ""))


def _rows(inputs: Inputs) -> list[dict[str, Any]]:
    """What a grant asks for: rows of `role`, `members`, `condition`."""
    if inputs.get("policyData") is not None:
        document = json.loads(str(inputs["policyData"]))
        rows = document.get("bindings") or ()
    else:
        members = inputs["members"] if "members" in inputs else [inputs["member"]]
        rows = ({"role": inputs["role"], "members": members, "condition": inputs.get("condition")},)
    return [
        {"role": row["role"], "members": list(row.get("members") or ()), "condition": row.get("condition")}
        for row in rows
    ]


def _same_binding(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return row["role"] == other["role"] and _keyof_types(row.get("condition")) == _keyof_types(other.get("condition"))


def normalised(policy_data: str) -> Any:
    """A policy document by meaning: one entry for each role and condition, members in order. Text if it is no JSON."""
    try:
        rows = _rows({"policyData": policy_data})
        audit = json.loads(policy_data).get("auditConfigs") or []
    except (ValueError, KeyError, TypeError, AttributeError):
        return policy_data
    return {
        "bindings": [[row["role"], *_keyof_types(row["condition"]), *row["members"]] for row in _merged([], rows)],
        "auditConfigs": audit,
    }


def _merged(rows: list[dict[str, Any]], more: list[dict[str, Any]]) -> list[dict[str, Any]]:
    merged: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in (*rows, *more):
        key = (str(row["role"]), *_keyof_types(row["condition"]))
        kept = merged.setdefault(key, {"role": row["role"], "members": [], "condition": row["condition"]})
        kept["members"] = sorted({*kept["members"], *map(same_member, row["members"])})
    return [merged[key] for key in sorted(merged) if merged[key]["members"]]


def _policy(things: Things, resource: str) -> list[dict[str, Any]]:
    thing = things.get((POLICY, resource))
    return [] if thing is None else [dict(row) for row in thing.outputs["bindings"]]


def _write(things: Things, resource: str, rows: list[dict[str, Any]]) -> None:
    rows = _merged([], rows)
    members = [member for row in rows for member in row["members"]]
    groups = {member for member in members if member.startswith("group:")}
    domains = [member for member in members if member.startswith("domain:")]
    for number, limit, what in (
        (len(members), MEMBERS_PER_POLICY, "members"),
        (len(groups) + len(domains), GROUPS_AND_DOMAINS_PER_POLICY, "groups and domains"),
    ):
        if number > limit:
            raise CloudError(
                "INVALID_ARGUMENT", f"the policy of {resource} would have {number} {what}; the limit is {limit}"
            )
    count: dict[tuple[str, str], int] = {}
    for role, member in ((row["role"], member) for row in rows for member in row["members"]):
        count[role, member] = count.get((role, member), 0) + 1
        if count[role, member] > BINDINGS_OF_ONE_ROLE_AND_MEMBER:
            raise CloudError(
                "INVALID_ARGUMENT",
                f"{role} would be bound to {member} more than {BINDINGS_OF_ONE_ROLE_AND_MEMBER} times on {resource}",
            )
    things.pop((POLICY, resource), None)
    if rows:
        things[POLICY, resource] = Thing(POLICY, resource, "", {}, {"bindings": rows})


def settle(things: Things, type: str, facts: Facts, old: Thing | None) -> None:
    """Writes a grant into its resource's policy. `old` is the grant as it was, on an update."""
    served = _kind(type)
    if served.grants is None:
        return
    resource, wanted = served.resource(facts), _rows(facts.inputs)
    standing = _policy(things, resource)
    match served.grants:
        case "member":
            rows = standing + wanted
        case "binding":
            # Authoritative for its role and condition: whoever else had it loses it.
            before = [] if old is None else _rows(old.inputs)
            rows = [row for row in standing if not any(_same_binding(row, own) for own in (*wanted, *before))] + wanted
        case _:
            rows = wanted
    _write(things, resource, rows)


def granted(things: Things, thing: Thing, facts: Facts) -> Inputs | None:
    """Outputs of a grant as the resource's policy has it now, or None where it has it no longer."""
    served = _kind(thing.type)
    rows = _policy(things, served.resource(facts))
    if served.grants == "policy":
        document = {"bindings": [{k: v for k, v in row.items() if v is not None} for row in rows]}
        same = normalised(json.dumps(document)) == {**normalised(thing.inputs["policyData"]), "auditConfigs": []}
        return thing.outputs if same else {**thing.outputs, "policyData": json.dumps(document, separators=(",", ":"))}
    (wanted,) = _rows(thing.inputs)
    found = next((row for row in rows if _same_binding(row, wanted)), None)
    if found is None:
        return None
    if served.grants == "member":
        return thing.outputs if same_member(wanted["members"][0]) in found["members"] else None
    same = sorted(map(same_member, wanted["members"])) == found["members"]
    return thing.outputs if same else {**thing.outputs, "members": found["members"]}


# --- before an object goes --------------------------------------------------------------------------------------


def bury(things: Things, type: str, id: str) -> None:
    """Keeps the id of a deleted object from being used again."""
    key = f"{type} {id}"
    things[BURIED, key] = Thing(BURIED, key, "", {}, {})


def leaves(thing: Thing) -> bool:
    """Whether the provider leaves the object in the cloud. Raises `CloudError` where it refuses to delete it."""
    policy = thing.inputs.get("deletionPolicy")
    if policy == "PREVENT":
        raise CloudError("FAILED_PRECONDITION", f"{thing.id} has deletionPolicy PREVENT; change that first")
    if thing.inputs.get("deletionProtection") is True:
        raise CloudError("FAILED_PRECONDITION", f"{thing.id} has deletionProtection; change that first")
    return policy in ("ABANDON", "DISABLE")


def release(things: Things, thing: Thing, facts: Facts) -> None:
    """Raises `FAILED_PRECONDITION` where the object is in use; removes what goes with it."""
    served = _kind(thing.type)
    if served.grants is not None:
        _release_grant(things, thing, served.resource(facts))
        return
    if thing.type == _BOUNDARY:
        for other in things.values():
            if "PolicyBinding:" in other.type and other.inputs.get("policy") in (thing.id, thing.outputs.get("name")):
                raise CloudError("FAILED_PRECONDITION", f"{thing.id} is still bound by {other.id}")
    if thing.type == _ACCOUNT:
        _forget_account(things, thing)
    # With an object go its own policy and what is inside it.
    things.pop((POLICY, thing.id), None)
    for other in list(things.values()):
        inside = other.id.startswith(f"{thing.id}/") and other is not thing
        of_secret = thing.type == _SECRET and other.id.startswith(f"{thing.outputs.get('name')}/versions/")
        kind = find(other.type)
        if kind is not None and kind.grants is None and (inside or of_secret):
            del things[other.type, other.id]
            if kind.kept:
                bury(things, other.type, other.id)


def _forget_account(things: Things, account: Thing) -> None:
    """Grants to a deleted account stay in their policies, under a name that no new account gets
    (https://cloud.google.com/iam/docs/allow-policies#deleted-principals)."""
    name = same_member(account.outputs["member"])
    gone = f"deleted:{name}?uid={account.outputs['uniqueId']}"
    for policy in of_types(things, POLICY):
        rows = [
            {**row, "members": [gone if member == name else member for member in row["members"]]}
            for row in policy.outputs["bindings"]
        ]
        things[POLICY, policy.id] = Thing(POLICY, policy.id, "", {}, {"bindings": rows})


def _release_grant(things: Things, thing: Thing, resource: str) -> None:
    served, standing = _kind(thing.type), _policy(things, resource)
    match served.grants:
        case "member":
            (gone,) = _rows(thing.inputs)
            who = set(map(same_member, gone["members"]))
            rows = [
                {**row, "members": [m for m in row["members"] if m not in who]} if _same_binding(row, gone) else row
                for row in standing
            ]
        case "binding":
            (gone,) = _rows(thing.inputs)
            rows = [row for row in standing if not _same_binding(row, gone)]
        case _:
            rows = []
    _write(things, resource, rows)
