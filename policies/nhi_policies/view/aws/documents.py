"""AWS documents and links as the judge reads them.

Owns strict parsing of IAM policy documents and the question which role or policy a resource is about. A document that
is unknown, malformed or says a key twice is unproven, never empty: IAM would refuse it or read it in a way we do not.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from nhi.contract import UNKNOWN
from nhi.permissions.model import Condition, Effect

from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, first_unknown, joined, plain

Use = Literal["identity", "trust", "session", "resource"]
"""What a document is: permissions of a principal, who may become it, a session's ceiling, or who may use a thing."""

PrincipalKind = Literal["AWS", "Service", "Federated", "CanonicalUser", "*"]
LATEST = "2012-10-17"
"""The version of the policy language that has policy variables; a document that names none is of the older one."""
_OLDER = "2008-10-17"

_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")

_STATEMENT_KEYS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal of a statement. Kind `*` is everyone, also where it is written `{"AWS": "*"}`."""

    kind: PrincipalKind
    value: str

    def __str__(self) -> str:
        return "*" if self.kind == "*" else f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `index` counts from 0. A list that is not written is empty; exactly one of each pair is."""

    index: int
    sid: str
    effect: Effect
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[Principal, ...] = ()
    not_principals: tuple[Principal, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def label(self) -> str:
        """How messages name the statement."""
        return f"statement {self.sid}" if self.sid else f"statement {self.index + 1}"

    def condition_values(self, key: str, *operators: str) -> tuple[str, ...] | None:
        """The values of the first condition on `key` (compared without case, as IAM does) with one of `operators`."""
        wanted = {operator.lower() for operator in operators}
        for condition in self.conditions:
            if condition.key.lower() == key.lower() and (not wanted or condition.operator.lower() in wanted):
                return condition.values
        return None


@dataclass(frozen=True, slots=True)
class Document:
    """One policy document: what it is used for, the property it stands in, its statements, its language's version."""

    use: Use
    path: str
    statements: tuple[Statement, ...]
    version: str = LATEST

    @property
    def allows(self) -> Iterator[Statement]:
        """The statements that allow."""
        return (statement for statement in self.statements if statement.effect == "allow")

    @property
    def denies(self) -> Iterator[Statement]:
        """The statements that deny."""
        return (statement for statement in self.statements if statement.effect == "deny")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is written twice")
    return found


def _strings(value: Any, path: str) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(isinstance(item, str) and item for item in values):
        raise Unproven(path, "is neither a string nor a list of strings")
    return tuple(values)


def _principals(value: Any, path: str) -> tuple[Principal, ...]:
    if value == "*":
        return (Principal("*", "*"),)
    if not isinstance(value, Mapping) or not value:
        raise Unproven(path, "is no principal")
    found: list[Principal] = []
    for kind, names in value.items():
        if kind not in _PRINCIPAL_KINDS:
            raise Unproven(f"{path}.{kind}", "is no kind of principal")
        for name in _strings(names, f"{path}.{kind}"):
            found.append(Principal("*", "*") if name == "*" else Principal(kind, name))
    return tuple(found)


def _conditions(value: Any, path: str) -> tuple[Condition, ...]:
    if not isinstance(value, Mapping):
        raise Unproven(path, "is no map of operators")
    found: list[Condition] = []
    for operator, keys in value.items():
        if not isinstance(keys, Mapping) or not keys:
            raise Unproven(f"{path}.{operator}", "is no map of keys")
        for key, values in keys.items():
            listed = values if isinstance(values, list) else [values]
            if not listed or not all(isinstance(item, str | bool | int | float) for item in listed):
                raise Unproven(f"{path}.{operator}.{key}", "has a value that is no string, number or boolean")
            texts = tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in listed)
            found.append(Condition(operator, key, texts))
    return tuple(found)


def _statement(index: int, value: Any, path: str, use: Use) -> Statement:
    if not isinstance(value, Mapping):
        raise Unproven(path, "is no statement")
    unknown_keys = sorted(set(value) - _STATEMENT_KEYS)
    if unknown_keys:
        raise Unproven(f"{path}.{unknown_keys[0]}", "is no element of a statement")
    effect = value.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise Unproven(f"{path}.Effect", "is neither Allow nor Deny")
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")):
        if one in value and other in value:
            raise Unproven(f"{path}.{one}", f"stands beside {other}, which IAM refuses")
    if "Action" not in value and "NotAction" not in value:
        raise Unproven(f"{path}.Action", "is missing")
    if use in ("identity", "session"):
        if "Resource" not in value and "NotResource" not in value:
            raise Unproven(f"{path}.Resource", "is missing")
        if "Principal" in value or "NotPrincipal" in value:
            raise Unproven(f"{path}.Principal", "has no place in a policy of a principal")
    elif "Principal" not in value and "NotPrincipal" not in value:
        raise Unproven(f"{path}.Principal", "is missing")

    def strings(key: str) -> tuple[str, ...]:
        return _strings(value[key], f"{path}.{key}") if key in value else ()

    sid = value.get("Sid", "")
    if not isinstance(sid, str):
        raise Unproven(f"{path}.Sid", "is no string")
    return Statement(
        index=index,
        sid=sid,
        effect="allow" if effect == "Allow" else "deny",
        actions=strings("Action"),
        not_actions=strings("NotAction"),
        resources=strings("Resource"),
        not_resources=strings("NotResource"),
        principals=_principals(value["Principal"], f"{path}.Principal") if "Principal" in value else (),
        not_principals=_principals(value["NotPrincipal"], f"{path}.NotPrincipal") if "NotPrincipal" in value else (),
        conditions=_conditions(value["Condition"], f"{path}.Condition") if "Condition" in value else (),
    )


def parse_document(value: Any, use: Use, path: str = "policy") -> Document:
    """A policy document, given as JSON text or as a map.

    Scalars stand for lists of one, and one statement for a list of one, as in IAM. Raises `Unproven` with the path of
    the part that is unknown or malformed.
    """
    if value is UNKNOWN:
        raise Unproven(path)
    if isinstance(value, str):
        return _parse_text(value, use, path)
    return _parse(value, use, path)


@lru_cache(maxsize=4096)
def _parse_text(text: str, use: Use, path: str) -> Document:
    """A document in JSON. Kept, because resources may share one; what cannot be read is read again."""
    try:
        value = plain(json.loads(text, object_pairs_hook=_no_key_twice))
    except (ValueError, RecursionError):
        raise Unproven(path, "is no policy document in JSON") from None
    return _parse(value, use, path)


def _parse(value: Any, use: Use, path: str) -> Document:
    unknown = first_unknown(value)
    if unknown is not None:
        raise Unproven(f"{path}.{joined(unknown)}" if unknown else path)
    if not isinstance(value, Mapping):
        raise Unproven(path, "is no policy document")
    extra = sorted(set(value) - {"Version", "Id", "Statement"})
    if extra:
        raise Unproven(f"{path}.{extra[0]}", "is no element of a policy document")
    version = value.get("Version", _OLDER)
    if version not in (LATEST, _OLDER):
        raise Unproven(f"{path}.Version", "is no version of the policy language")
    statements = value.get("Statement")
    if isinstance(statements, Mapping):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise Unproven(f"{path}.Statement", "is no list of statements")
    return Document(
        use,
        path,
        tuple(_statement(index, item, f"{path}.Statement[{index}]", use) for index, item in enumerate(statements)),
        version,
    )


_DOCUMENTS: dict[str, tuple[tuple[str, Use], ...]] = {
    t.AWS_ROLE: (("assumeRolePolicy", "trust"),),
    t.AWS_ROLE_POLICY: (("policy", "identity"),),
    t.AWS_POLICY: (("policy", "identity"),),
    t.AWS_USER_POLICY: (("policy", "identity"),),
    t.AWS_GROUP_POLICY: (("policy", "identity"),),
    t.AWS_POD_IDENTITY: (("policy", "session"),),
    t.AWS_ROLES_ANYWHERE_PROFILE: (("sessionPolicy", "session"),),
    t.AWS_SECRET: (("policy", "resource"),),
    t.AWS_SECRET_POLICY: (("policy", "resource"),),
}
_REQUIRED = frozenset({t.AWS_ROLE, t.AWS_ROLE_POLICY, t.AWS_POLICY, t.AWS_USER_POLICY, t.AWS_GROUP_POLICY})


def documents(resource: Resource, *uses: Use) -> tuple[Document, ...]:
    """The policy documents that a resource carries, of these uses or of all.

    A role's inline policies are identity documents of their own. Raises `Unproven` where a document is unknown,
    malformed, or missing where the resource cannot be without it.
    """
    return kept(resource, ("documents", uses), lambda: _documents(resource, uses))


def _documents(resource: Resource, uses: tuple[Use, ...]) -> tuple[Document, ...]:
    found: list[Document] = []
    for path, use in _DOCUMENTS.get(resource.type, ()):
        if uses and use not in uses:
            continue
        value = resource.peek(path)
        if value is None:
            if resource.type in _REQUIRED:
                raise Unproven(path, "is missing")
            continue
        found.append(parse_document(value, use, path))
    if resource.type == t.AWS_ROLE and (not uses or "identity" in uses):
        inline = resource.peek("inlinePolicies")
        if inline is UNKNOWN or not isinstance(inline, list | None):
            raise Unproven("inlinePolicies")
        for index in range(len(inline or ())):
            value = resource.peek("inlinePolicies", index, "policy")
            if value is not None:
                found.append(parse_document(value, "identity", f"inlinePolicies[{index}].policy"))
    return tuple(found)


def trust(resource: Resource) -> Document:
    """A role's trust policy. Raises `Unproven` where it is unknown, malformed or missing."""
    (document,) = documents(resource, "trust")
    return document


# --- which role, which policy ------------------------------------------------------------------------------------


def name_of_arn(text: str) -> str:
    """The last part of an ARN's resource (`arn:...:role/agents/x` gives `x`); a bare name stays as it is."""
    return text.rsplit("/", 1)[-1] if text.startswith("arn:") else text


def roles_of(resource: Resource) -> tuple[str, ...]:
    """Names of the roles a resource is, or is about: a role itself, a grant, an attachment, a pod identity, a profile.

    Empty where the type is about no role. Raises `Unproven` where the name is not known, or is left to the provider.
    """
    if resource.type == t.AWS_ROLE:
        name = resource.text("name")
        if name is None:
            raise Unproven("name", "is left to the provider to choose")
        return (name,)
    single = {
        t.AWS_ROLE_POLICY: "role",
        t.AWS_ROLE_ATTACHMENT: "role",
        t.AWS_INSTANCE_PROFILE: "role",
        t.AWS_ROLE_POLICIES_EXCLUSIVE: "roleName",
        t.AWS_ROLE_ATTACHMENTS_EXCLUSIVE: "roleName",
        t.AWS_POD_IDENTITY: "roleArn",
        t.AWS_AGENT_RUNTIME: "roleArn",
        t.AWS_HARNESS: "executionRoleArn",
        t.AWS_BEDROCK_AGENT: "agentResourceRoleArn",
    }.get(resource.type)
    if single is not None:
        name = resource.text(single)
        return (name_of_arn(name),) if name else ()
    several = {t.AWS_POLICY_ATTACHMENT: "roles", t.AWS_ROLES_ANYWHERE_PROFILE: "roleArns"}.get(resource.type)
    if several is not None:
        return tuple(name_of_arn(name) for name in resource.texts(several))
    return ()


def policy_arns_of(resource: Resource) -> tuple[str, ...]:
    """ARNs of the managed policies that a resource attaches, as grants. Raises `Unproven` where one is not known."""
    if resource.type in (t.AWS_ROLE_ATTACHMENT, t.AWS_POLICY_ATTACHMENT, t.AWS_USER_ATTACHMENT, t.AWS_GROUP_ATTACHMENT):
        arn = resource.text("policyArn")
        if arn is None:
            raise Unproven("policyArn", "is missing")
        return (arn,)
    if resource.type == t.AWS_ROLE_ATTACHMENTS_EXCLUSIVE:
        return resource.texts("policyArns")
    if resource.type in (t.AWS_ROLE, t.AWS_ROLES_ANYWHERE_PROFILE):
        return resource.texts("managedPolicyArns")
    return ()
