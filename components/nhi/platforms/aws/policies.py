"""What an agent may do on AWS and what it may never do: the statements of its managed policies.

Owns turning neutral grants into IAM statements, merging them where the result says the same, and splitting them into
policies under AWS's size limit. Does not own who may become the agent (`trust`), the resources that carry the
policies (`documents`), nor whether a grant is allowed to be asked for (the gate).

Every Allow ends at the earlier of the grant's own end and the agent's lock date; what an edge of delegation brings ends
with the edge. A grant whose end has passed is left
out. A Deny never ends. The guard policy is apart from the grants, so that it stands before the first of them does and
after the last of them is gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from nhi.catalog.delegation import edge_grants
from nhi.catalog.user_context import session_grants
from nhi.clock import timestamp
from nhi.contract import canonical_json
from nhi.permissions.globs import GlobUndecidedError, overlap
from nhi.permissions.model import Condition, Grant, Origin
from nhi.plan.model import AgentPlan, Handover
from nhi.platforms.aws.names import account, secret_arn_pattern
from nhi.platforms.aws.trust import VERSION
from nhi.platforms.workload import stored_credential
from nhi.spec.problems import InputError, Problem

POLICY_LIMIT: Final = 6144
"""Bytes of a managed policy. AWS counts characters without white space; we count every byte of the canonical JSON, so
that a policy that passes here passes there (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""
POLICIES_PER_ROLE: Final = 10
"""Managed policies on one role, the default quota; the guard is one of them."""

DENY_EVERYTHING: Final = {"Sid": "DenyEverything", "Effect": "Deny", "Action": "*", "Resource": "*"}
_SID_LIMIT: Final = 60
_EVERY_ACTION: Final = frozenset({"*", "*:*"})

Statement = dict[str, Any]
Document = dict[str, Any]


class _Body(NamedTuple):
    """One statement without its effect. `conditions` is its condition block as canonical JSON.

    `not_actions` stands in place of `actions`, in a Deny only.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: str
    not_actions: tuple[str, ...] = ()


class _Draft(NamedTuple):
    """One statement before it has its final Sid, and the line of the grant it comes from."""

    body: _Body
    origin: Origin

    def statement(self, effect: str) -> Statement:
        return _statement(self.body, effect)


def _statement(body: _Body, effect: str) -> Statement:
    named = {"NotAction": list(body.not_actions)} if body.not_actions else {"Action": list(body.actions)}
    written: Statement = {"Sid": body.sid, "Effect": effect, **named, "Resource": list(body.resources)}
    block = json.loads(body.conditions)
    if block:
        written["Condition"] = block
    return written


def grant_statements(plan: AgentPlan) -> tuple[Statement, ...]:
    """The Allow statements of a live agent, sorted by Sid; none for any other.

    Raises `InputError` at a grant's line where IAM cannot say what the grant says.
    """
    return tuple(draft.statement("Allow") for draft in _grants(plan))


def grant_policies(plan: AgentPlan) -> tuple[Document, ...]:
    """The grants as managed policies, each statement in the first policy that has room for it.

    Raises `InputError` where a single statement is over the limit, or where more policies are needed than a role takes.
    """
    bins: list[tuple[list[Statement], int]] = []
    problems: list[Problem] = []
    for draft in _grants(plan):
        statement = draft.statement("Allow")
        size = _statement_size(draft.body, "Allow") + 1
        if _EMPTY + size > POLICY_LIMIT:
            problems.append(_too_long(plan, draft, size))
            continue
        for number, (held, used) in enumerate(bins):
            if used + size <= POLICY_LIMIT:
                held.append(statement)
                bins[number] = (held, used + size)
                break
        else:
            bins.append(([statement], _EMPTY + size))
    # Asked only where it decides: whoever writes the agent writes its guard anyway.
    guards = 1 if len(bins) >= POLICIES_PER_ROLE and guard_policy(plan) is not None else 0
    if len(bins) + guards > POLICIES_PER_ROLE:
        problems.append(
            Problem(
                f"agent {plan.name} needs {len(bins) + guards} managed policies and a role takes {POLICIES_PER_ROLE}, "
                "so AWS would refuse the last of them",
                plan.at("allowed_actions"),
                "split the work among several agents, or bind scopes to fewer objects.",
            )
        )
    if problems:
        raise InputError(problems)
    return tuple(_document(held) for held, _ in bins)


def guard_policy(plan: AgentPlan) -> Document | None:
    """What the agent may never do: denied words, everything after the lock date, and everything at all unless active.

    An agent that says for whom it acts also never takes a user's name from its caller, and does nothing without a user
    where it acts for users only (`catalog.user_context`). None where there is nothing to deny: an active agent that
    denies nothing and never ends.
    Raises `InputError` where the denies do not fit one policy.
    """
    if not plan.live:
        return _document([dict(DENY_EVERYTHING)])
    statements: list[Statement] = []
    end = plan.grant_end(None)
    if end is not None:
        after = {"DateGreaterThanEquals": {"aws:CurrentTime": timestamp(end)}}
        statements.append({**DENY_EVERYTHING, "Sid": "DenyAfterLockDate", "Condition": after})
    meaning = plan.meanings.get("aws")
    denies = _drafts(plan, ((grant, "") for grant in meaning.denies), "Deny") if meaning else ()
    statements.extend(draft.statement("Deny") for draft in denies)
    if not statements:
        return None
    document = _document(statements)
    size = _size(document)
    if size > POLICY_LIMIT:
        raise InputError(
            [
                Problem(
                    f"what agent {plan.name} is denied takes {size} bytes and a policy holds {POLICY_LIMIT}, "
                    "so the guard could not be written",
                    plan.at("denied_actions"),
                    "deny fewer words; what is not allowed is refused anyway.",
                )
            ]
        )
    return document


def credential_grant(plan: AgentPlan) -> Grant | None:
    """The permission to read the agent's own secret, where it has one.

    The key that encrypts the secret must let the account's principals decrypt through Secrets Manager; its policy is
    the platform team's (https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html).
    Raises `InputError` where the environment does not say where secrets live.
    """
    if not stored_credential(plan):
        return None
    where = plan.at("credential", "type")
    if account(plan).secrets is None:
        raise InputError(
            [
                Problem(
                    f"agent {plan.name}'s credential has to be stored and rotated, and the environment has no "
                    "place for it",
                    where,
                    "set `aws.secrets` (kms_key, rotation_lambda) in the environment file, or use "
                    "`type: workload_identity`.",
                )
            ]
        )
    return Grant(
        platform="aws",
        effect="allow",
        actions=("secretsmanager:GetSecretValue",),
        resources=(secret_arn_pattern(plan),),
        access="read",
        reason="own credential",
        origin=where,
    )


def scope_down(plan: AgentPlan, to: Handover) -> Document:
    """What the agent hands on at most on one edge, as a policy for the session in which the callee works for it.

    IAM lets a session do what its role and its session policy both allow, so the callee's own access need not be
    written here. A deny is written where it meets an allow; all else is refused by not being allowed. Ends with the
    edge. Raises `InputError` where it does not fit one managed policy.
    """
    handed_on = plan.handed_on.get("aws", ())
    allows = [grant for grant in handed_on if grant.effect == "allow"]
    denies = [grant for grant in handed_on if grant.effect == "deny" and any(_meets(grant, one) for one in allows)]
    ends = [(grant, min((end for end in (grant.expires, to.end) if end is not None), default=None)) for grant in allows]
    dated = [(grant, timestamp(end) if end else "") for grant, end in ends if end is None or end > plan.clock]
    statements = [
        *(draft.statement("Allow") for draft in _drafts(plan, dated, "Allow")),
        *(draft.statement("Deny") for draft in _drafts(plan, ((grant, "") for grant in denies), "Deny")),
    ]
    document = _document(statements or [dict(DENY_EVERYTHING)])
    size = _size(document)
    if size > POLICY_LIMIT:
        raise InputError(
            [
                Problem(
                    f"what agent {plan.name} hands on to {to.edge.callee.agent.agent_id} takes {size} bytes and a "
                    f"policy holds {POLICY_LIMIT}, so no session could be narrowed to it",
                    to.edge.origin,
                    "hand on less with `delegation.scope`.",
                )
            ]
        )
    return document


def _meets(deny: Grant, allow: Grant) -> bool:
    try:
        return any(
            overlap(one, other, case_sensitive=False) is not None for one in deny.actions for other in allow.actions
        ) and any(overlap(one, other) is not None for one in deny.resources for other in allow.resources)
    except GlobUndecidedError:
        return True


# --- from grants to statements ----------------------------------------------------------------------------------


def _grants(plan: AgentPlan) -> tuple[_Draft, ...]:
    if not plan.live:
        return ()
    meaning = plan.meanings.get("aws")
    credential = credential_grant(plan)
    edges = (grant for to in plan.hands_to for grant in edge_grants(to.edge, "aws", to.instances, to.end))
    allows = (
        *(meaning.allows if meaning else ()),
        *session_grants(plan.declared, plan.instance),
        *((credential,) if credential else ()),
        *edges,
    )
    dated: list[tuple[Grant, str]] = []
    for grant in allows:
        end = plan.grant_end(grant.expires)
        if end is None:
            dated.append((grant, ""))
        elif end > plan.clock:
            dated.append((grant, timestamp(end)))
    return _drafts(plan, dated, "Allow")


def _drafts(plan: AgentPlan, grants: Iterable[tuple[Grant, str]], effect: str) -> tuple[_Draft, ...]:
    """The statements of grants, each with the moment on which it ends (empty where it does not)."""
    problems: list[Problem] = []
    drafts: list[_Draft] = []
    for grant, end in grants:
        if effect == "Allow" and not _EVERY_ACTION.isdisjoint(grant.actions):
            problems.append(
                Problem(
                    f"agent {plan.name} would be allowed every action of AWS",
                    grant.origin,
                    "name the actions in the catalog entry.",
                )
            )
            continue
        body = _body(effect, grant.reason, grant.actions, grant.resources, grant.conditions, end, grant.not_actions)
        if body is None:
            problems.append(
                Problem(
                    "two conditions look at one key; IAM would take either of them where both are meant",
                    grant.origin,
                    "write them as one condition in the catalog entry.",
                )
            )
            continue
        drafts.append(_Draft(body, grant.origin))
    if problems:
        raise InputError(problems)
    return _numbered(_merged(sorted(drafts, key=lambda draft: draft.body)))


@lru_cache(maxsize=8192)  # agents share what their words mean
def _body(
    effect: str,
    reason: str,
    actions: tuple[str, ...],
    resources: tuple[str, ...],
    conditions: tuple[Condition, ...],
    end: str,
    not_actions: tuple[str, ...] = (),
) -> _Body | None:
    """One grant's statement; None where two of its conditions look at one key."""
    block = _conditions(conditions, {"DateLessThan": {"aws:CurrentTime": end}} if end else {})
    if block is None:
        return None
    named = tuple(sorted(set(actions))), tuple(sorted(set(resources)))
    return _Body(_sid(reason, effect), *named, canonical_json(block), not_actions)


def _conditions(conditions: Iterable[Condition], dates: dict[str, Any]) -> dict[str, Any] | None:
    block: dict[str, dict[str, Any]] = {operator: dict(keys) for operator, keys in dates.items()}
    for condition in conditions:
        keys = block.setdefault(condition.operator, {})
        value: Any = condition.values[0] if len(condition.values) == 1 else sorted(condition.values)
        # IAM compares names of condition keys without regard to case.
        same = next((key for key in keys if key.lower() == condition.key.lower()), None)
        if same is None:
            keys[condition.key] = value
        elif keys[same] != value:
            return None
    return block


def _merged(drafts: Iterable[_Draft]) -> list[_Draft]:
    kept: list[_Draft] = []
    for draft in drafts:
        for number, other in enumerate(kept):
            if draft.body.conditions != other.body.conditions:
                continue
            union = _union(other.body, draft.body)
            if union is not None:
                kept[number] = _Draft(union, other.origin)
                break
        else:
            kept.append(draft)
    return kept


@lru_cache(maxsize=8192)
def _union(one: _Body, other: _Body) -> _Body | None:
    """Two statements of equal conditions as one, under the first one's Sid; None where that would say more.

    They say the same as one where actions or resources are equal too. Where both differ, one says more than the two.
    """
    if one.not_actions or other.not_actions or (one.actions != other.actions and one.resources != other.resources):
        return None
    union = one._replace(
        actions=tuple(sorted({*one.actions, *other.actions})),
        resources=tuple(sorted({*one.resources, *other.resources})),
    )
    # 4: room for a number behind the Sid
    return union if _EMPTY + _statement_size(union, "Allow") + 4 <= POLICY_LIMIT else None


def _numbered(drafts: Iterable[_Draft]) -> tuple[_Draft, ...]:
    # Sids must differ within one policy; they differ within the agent, so that a log line names one statement.
    used: set[str] = set()
    numbered: list[_Draft] = []
    for draft in drafts:
        sid, number = draft.body.sid, 1
        while sid in used:
            number += 1
            sid = f"{draft.body.sid}{number}"
        used.add(sid)
        numbered.append(draft if number == 1 else draft._replace(body=draft.body._replace(sid=sid)))
    return tuple(numbered)


def _sid(reason: str, effect: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", reason)
    return (effect + "".join(word[0].upper() + word[1:] for word in words))[:_SID_LIMIT]


def _document(statements: list[Statement]) -> Document:
    return {"Version": VERSION, "Statement": statements}


def _size(value: Any) -> int:
    return len(canonical_json(value).encode())


@lru_cache(maxsize=8192)
def _statement_size(body: _Body, effect: str) -> int:
    return _size(_statement(body, effect))


_EMPTY: Final = _size(_document([]))


def _too_long(plan: AgentPlan, draft: _Draft, size: int) -> Problem:
    return Problem(
        f"one grant of agent {plan.name} takes {size} bytes and a policy holds {POLICY_LIMIT}, so AWS would refuse it",
        draft.origin,
        "bind the word to fewer objects, or to a path they share.",
    )
