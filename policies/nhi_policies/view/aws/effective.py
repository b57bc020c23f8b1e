"""What an agent's role really holds on AWS, as a permission set: the narrow side of every proof.

Owns taking policy documents apart into statements of the model, and putting all that hangs on one role together:
inline policies, attached policies that are made in this stack, and its permissions boundary where that is made here. A
boundary of elsewhere only makes the role narrower, so leaving it out proves nothing that is not so; the same holds for
a session policy. What is not known is said in `Granted.unproven` and `Granted.foreign`, never dropped. Does not own
what hangs on whose role (`links`), nor what the files allow (`view.declared_grants`).

Not seen here: policies of other things (a bucket, a key, a queue) that name the role as their principal. Whoever
writes such a policy in the same stack is judged by the rules about that thing.

Evaluation: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from nhi.permissions.model import Condition, Effect, PermissionSet, Policy, Statement

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view.aws import documents as aws
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.aws.links import Links, links
from nhi_policies.view.holders import find_holder
from nhi_policies.view.memo import kept
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource, Stack

ALWAYS: Final = Statement(
    "deny",
    actions=("*",),
    resources=("*",),
    conditions=(Condition("Null", "aws:CurrentTime", ("true",)),),
    label="a request without a time",
)
"""AWS puts the time into every request, so a deny by date cannot be got around by leaving the time out
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime).
"""

_PRINCIPAL_KEYS: Final = {
    "Service": "aws:PrincipalServiceName",
    "Federated": "aws:FederatedProvider",
}


def granted_set(stack: Stack, context: Context, agent_id: str, instance: str | None = None) -> Granted:
    """What this stack grants to an agent, or to one instance of it.

    Empty where it has no role here. Raises `Unproven` where it has several: they are apart, so no one set is theirs.
    """
    own: list[Granted] = []
    for name, role in agent_roles(stack).items():
        who = find_holder(role, context)
        if who is not None and (who.agent, who.instance) == (agent_id, instance):
            own.append(granted_to(stack, context, name, role))
    if len(own) > 1:
        raise Unproven("role", f"is not one: {agent_id} has {len(own)} roles in this stack")
    return own[0] if own else Granted(PermissionSet("aws", ()))


def granted_to(stack: Stack, context: Context, name: str, role: Resource) -> Granted:
    """What this stack grants to one role. Worked out once."""
    # Beside the stack, not the role: what hangs on a role is of the stack, and tests put one role into several.
    return kept(stack, ("granted to", name), lambda: _granted_to(links(stack, context), name, role))


def _granted_to(found: Links, name: str, role: Resource) -> Granted:
    statements: list[Statement] = []
    sources: dict[str, Resource] = {}
    unproven = list(found.unknown.get(name, ()))
    attached = found.attached.get(name, {})
    foreign = {arn: by for arn, by in attached.items() if arn not in found.policies}
    for one in found.holding(name, role):
        try:
            documents = aws.documents(one, "identity")
        except Unproven as unknown:
            unproven.append((one, unknown))
            continue
        for document in documents:
            for statement in decompiled(document):
                label = f"{statement.label} of {one.name}"
                if document.path != "policy":
                    label = f"{label} ({document.path})"
                while label in sources:
                    label = f"{label}, again"
                sources[label] = one
                statements.append(replace(statement, label=label))
    policies = [Policy(tuple(statements))]
    boundary = found.policies.get(str(role.peek("permissionsBoundary")))
    if boundary is not None:
        try:
            limits = [one for document in aws.documents(boundary, "identity") for one in decompiled(document)]
            policies.append(Policy(tuple(replace(one, label=f"{one.label} of {boundary.name}") for one in limits)))
        except Unproven:
            pass  # a limit that cannot be read is none here; the rule about boundaries says so
    return Granted(PermissionSet("aws", tuple(policies)), sources, tuple(unproven), foreign)


def really(granted: Granted, statement: Statement | None = None) -> PermissionSet:
    """What a role, or one statement of it, allows in requests that AWS makes: beside every deny, always with a time."""
    whole = granted.permissions if statement is None else granted.only(statement)
    if not whole.policies:
        return whole
    first, *others = whole.policies
    return PermissionSet("aws", (Policy((*first.statements, ALWAYS)), *others))


def decompiled(document: aws.Document) -> tuple[Statement, ...]:
    """The statements of a policy of a principal, exactly as written; their labels are those of the document.

    Operators and values stay as they are: what the algebra cannot decide of them it calls undecided.
    """
    return tuple(
        Statement(
            effect=one.effect,
            actions=one.actions,
            not_actions=one.not_actions,
            resources=_read(document, one.resources),
            not_resources=_read(document, one.not_resources),
            conditions=_conditions(document, one),
            label=one.label,
        )
        for one in document.statements
    )


def _read(document: aws.Document, values: tuple[str, ...]) -> tuple[str, ...]:
    """Values as the latest version of the language writes them: the older one has no policy variables, so in it a
    dollar sign is a dollar sign (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
    """
    return values if document.version == aws.LATEST else tuple(one.replace("${", "${$}{") for one in values)


def _conditions(document: aws.Document, statement: aws.Statement) -> tuple[Condition, ...]:
    return tuple(replace(one, values=_read(document, one.values)) for one in statement.conditions)


def entrance_set(role: Resource, context: Context) -> Granted:
    """Who may become a role: its trust policy as statements on the role's ARN, the principal as a condition.

    An AWS principal is `aws:PrincipalArn`, or `aws:PrincipalAccount` where it is an account; a service is
    `aws:PrincipalServiceName`, an identity provider `aws:FederatedProvider`. Raises `Unproven` for a document that
    cannot be read, and for a principal that is none of these.
    """
    environment = context.environment.environment.aws if context.environment else None
    if environment is None:
        raise Unproven("assumeRolePolicy", "is of an account that no environment names")
    (name,) = aws.roles_of(role)
    path = role.text("path") or "/"
    arn = f"arn:{environment.partition}:iam::{environment.account_id}:role{path}{name}"
    statements: list[Statement] = []
    for document in aws.documents(role, "trust"):
        for one in document.statements:
            for principals in _principals(one):
                statements.append(
                    Statement(
                        effect=one.effect,
                        actions=one.actions,
                        not_actions=one.not_actions,
                        resources=(arn,),
                        conditions=(*principals, *_conditions(document, one)),
                        label=f"{one.label} of {role.name}",
                    )
                )
    return Granted(PermissionSet("aws", (Policy(tuple(statements)),)), {one.label: role for one in statements})


def _principals(statement: aws.Statement) -> Iterator[tuple[Condition, ...]]:
    """The principals of a statement, one condition for each kind; of those that are left out, all together."""
    if statement.not_principals:
        if any(one.kind == "*" for one in statement.not_principals):
            return  # nobody is left
        yield tuple(_principal(one, statement.effect, negated=True) for one in statement.not_principals)
        return
    if any(one.kind == "*" for one in statement.principals):
        yield ()
        return
    by_key: dict[tuple[str, str], list[str]] = {}
    for one in statement.principals:
        condition = _principal(one, statement.effect)
        by_key.setdefault((condition.operator, condition.key), []).extend(condition.values)
    for (operator, key), values in by_key.items():
        yield (Condition(operator, key, tuple(values)),)


def _principal(principal: aws.Principal, effect: Effect, *, negated: bool = False) -> Condition:
    if negated and effect == "allow":
        raise Unproven("assumeRolePolicy.NotPrincipal", "allows everybody but some, which nothing can bound")
    no = "Not" if negated else ""
    if principal.kind == "AWS":
        account = principal.value.removesuffix(":root").rsplit(":", 1)[-1]
        if account.isdigit() and (principal.value == account or principal.value.endswith(":root")):
            return Condition(f"String{no}Equals", "aws:PrincipalAccount", (account,))
        # Trap: the ARN of a session is no role's ARN; AWS compares `aws:PrincipalArn` with the role behind it.
        return Condition(f"Arn{no}Equals", "aws:PrincipalArn", (principal.value,))
    key = _PRINCIPAL_KEYS.get(principal.kind)
    if key is None:
        raise Unproven("assumeRolePolicy.Principal", f"is of kind {principal.kind}, which becomes no role")
    return Condition(f"String{no}Equals", key, (principal.value,))
