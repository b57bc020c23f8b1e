"""The grammar of IAM policy documents, their size limits, and when two of them mean the same.

Owns what IAM itself refuses about a document's form. Does not own whether a document is wise (the gate judges that,
with code of its own) or whether an action exists (IAM accepts unknown actions too).

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
Elements: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from nhi.contract import canonical_json

Kind = Literal["managed", "inline", "trust", "session", "resource"]
"""What a document is for: a policy of an identity (managed or inline), a role's trust policy, a session policy, or
the policy of a resource such as a bucket."""

# Characters that are no white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED_POLICY_LIMIT = 6144
TRUST_POLICY_LIMIT = 2048  # the default; AWS raises it to 4,096 on request
INLINE_LIMITS = {"role": 10240, "user": 2048, "group": 5120}  # all inline policies of one identity together
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (Policy)
SESSION_POLICY_LIMIT = 2048
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html (20 KB) and
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html (20,480)
RESOURCE_POLICY_LIMIT = 20480

_LIMITS: dict[Kind, int] = {
    "managed": MANAGED_POLICY_LIMIT,
    "inline": INLINE_LIMITS["role"],
    "trust": TRUST_POLICY_LIMIT,
    "session": SESSION_POLICY_LIMIT,
    "resource": RESOURCE_POLICY_LIMIT,
}

VERSIONS = ("2012-10-17", "2008-10-17")
_TOP = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset(
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
# IAM takes any character of Latin-1 that is printable or a white space:
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html (PolicyDocument, Pattern)
_CHARACTERS = re.compile(r"[\t\n\r\x20-\xff]+")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_PARTITION = r"(?:aws[a-z-]*|\*)"
_ARN = re.compile(rf"arn:{_PARTITION}:[a-z0-9-]+:[^:\s]*:[^:\s]*:\S.*")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
_AWS_PRINCIPAL = re.compile(
    r"\*|\d{12}|arn:aws[a-z-]*:iam::\d{12}:(?:root|(?:user|role)/[^*?\s]+)"
    r"|arn:aws[a-z-]*:sts::\d{12}:(?:assumed-role|federated-user)/[^*?\s]+|A[A-Z]{3}[A-Z0-9]{12,124}"
)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazon(?:aws)?\.com(?:\.cn)?")
_FEDERATED = re.compile(
    r"\*|arn:aws[a-z-]*:iam::\d{12}:(?:oidc-provider|saml-provider)/\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)+"
)
_CANONICAL = re.compile(r"[0-9a-f]{64}")
_PRINCIPALS = {"AWS": _AWS_PRINCIPAL, "Service": _SERVICE, "Federated": _FEDERATED, "CanonicalUser": _CANONICAL}

# What a trust policy may speak of: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-custom.html
_TRUST_ACTION = re.compile(r"sts:[A-Za-z*?]+", re.IGNORECASE)


def _date(text: str) -> bool:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html: ISO 8601
    # or seconds since 1970; IAM wants a time zone on a time of day.
    if re.fullmatch(r"\d{1,15}", text):
        return True
    if not re.fullmatch(
        r"\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))?)?)?", text
    ):
        return False
    try:
        datetime.fromisoformat(text + "-01-01"[(len(text) - 4) :] if len(text) in (4, 7) else text)
    except ValueError:
        return False
    return True


def _number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(?:\.\d+)?", text) is not None


def _truth(text: str) -> bool:
    return text.lower() in ("true", "false")


def _network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _binary(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _arn_pattern(text: str) -> bool:
    return text == "*" or (text.count(":") >= 5 and text.startswith(("arn:", "*")))


_VALUES: dict[str, tuple[str, Callable[[str], bool]]] = {
    "Date": ("an ISO 8601 time with a zone, or seconds since 1970", _date),
    "Numeric": ("a number", _number),
    "Bool": ("true or false", _truth),
    "Null": ("true or false", _truth),
    "IpAddress": ("an IP address or CIDR range", _network),
    "NotIpAddress": ("an IP address or CIDR range", _network),
    "BinaryEquals": ("base64 text", _binary),
    "Arn": ("an ARN pattern", _arn_pattern),
}

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
OPERATORS = frozenset(
    {f"String{kind}" for kind in ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")}
    | {
        f"{base}{kind}"
        for base in ("Numeric", "Date")
        for kind in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    }
    | {"Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"}
    | {f"Arn{kind}" for kind in ("Equals", "Like", "NotEquals", "NotLike")}
)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
_SET_PREFIXES = ("ForAllValues:", "ForAnyValue:")
# `${aws:username}` and its kind stand for a value that only a request has.
_VARIABLE = re.compile(r"\$\{[^}]+\}")


def size(document: str) -> int:
    """How large IAM counts a document: its characters without white space."""
    return len(re.sub(r"\s", "", document))


def problems(document: str, kind: Kind) -> tuple[str, ...]:
    """What IAM would refuse about a document (JSON text), each with its place; empty where it is well formed.

    No value is quoted except names of elements, operators and keys.
    """
    if not _CHARACTERS.fullmatch(document):
        return ("has a character outside Latin-1 or is empty; IAM takes printable Latin-1 characters only",)
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in items:
            if key in seen:
                repeated.append(key)
            seen[key] = value
        return seen

    try:
        value = json.loads(document, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return ("is not JSON",)
    found = [f"key {key} stands twice in one object" for key in repeated]
    found.extend(_document(value, kind))
    if (length := size(document)) > _LIMITS[kind]:
        found.append(f"has {length} characters without white space; the limit is {_LIMITS[kind]}")
    return tuple(found)


def _document(value: Any, kind: Kind) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "is not a JSON object"
        return
    for key in value:
        if key not in _TOP:
            yield f"has no element {key}; a document has Version, Id and Statement"
    if "Version" in value and value["Version"] not in VERSIONS:
        yield f"Version must be {' or '.join(VERSIONS)}"
    if "Id" in value and not isinstance(value["Id"], str):
        yield "Id must be a string"
    statements = value.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        yield "Statement must be one statement or a list of at least one"
        return
    sids: set[str] = set()
    for position, statement in enumerate(statements):
        where = f"Statement[{position}]"
        if not isinstance(statement, dict):
            yield f"{where} must be an object"
            continue
        sid = statement.get("Sid")
        if isinstance(sid, str) and sid:
            if sid in sids:
                yield f"{where}.Sid is used by another statement; a Sid is unique in its document"
            sids.add(sid)
        for problem in _statement(statement, kind):
            yield f"{where}{problem}"


def _statement(statement: dict[str, Any], kind: Kind) -> Iterator[str]:
    for key in statement:
        if key not in _STATEMENT:
            yield f" has no element {key}"
    if "Sid" in statement:
        sid = statement["Sid"]
        # Only the policies of identities and roles hold a Sid to letters and digits.
        if not isinstance(sid, str) or (kind != "resource" and not _SID.fullmatch(sid)):
            yield ".Sid must be ASCII letters and digits only"
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield ".Effect must be Allow or Deny, spelt so"
    yield from _one_of(statement, "Action", "NotAction", required=True)
    for name in ("Action", "NotAction"):
        if name in statement:
            yield from _actions(statement[name], name, kind)
    if kind == "trust":
        for name in ("Resource", "NotResource"):
            if name in statement:
                yield f".{name} is not allowed in a trust policy; the resource is the role itself"
    else:
        yield from _one_of(statement, "Resource", "NotResource", required=True)
        for name in ("Resource", "NotResource"):
            if name in statement:
                yield from _resources(statement[name], name)
    if kind in ("trust", "resource"):
        yield from _one_of(statement, "Principal", "NotPrincipal", required=True)
        for name in ("Principal", "NotPrincipal"):
            if name in statement:
                yield from _principal(statement[name], name)
    else:
        for name in ("Principal", "NotPrincipal"):
            if name in statement:
                yield f".{name} is not allowed in the policy of an identity"
    if "Condition" in statement:
        yield from _condition(statement["Condition"])


def _one_of(statement: dict[str, Any], one: str, other: str, *, required: bool) -> Iterator[str]:
    if one in statement and other in statement:
        yield f" has both {one} and {other}; only one may stand"
    elif required and one not in statement and other not in statement:
        yield f" has neither {one} nor {other}"


def _texts(value: Any) -> list[str] | None:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return value
    return None


def _actions(value: Any, name: str, kind: Kind) -> Iterator[str]:
    actions = _texts(value)
    if actions is None:
        yield f".{name} must be a string or a list of at least one string"
        return
    for position, action in enumerate(actions):
        if action != "*" and not _ACTION.fullmatch(action):
            yield f".{name}[{position}] must be `*` or of the form service:Name"
        elif kind == "trust" and not _TRUST_ACTION.fullmatch(action):
            yield f".{name}[{position}] must be an action of sts; a trust policy has no other"


def _resources(value: Any, name: str) -> Iterator[str]:
    resources = _texts(value)
    if resources is None:
        yield f".{name} must be a string or a list of at least one string"
        return
    for position, resource in enumerate(resources):
        if resource != "*" and not _ARN.fullmatch(resource):
            yield f".{name}[{position}] must be `*` or an ARN (arn:partition:service:region:account:resource)"


def _principal(value: Any, name: str) -> Iterator[str]:
    if value == "*":
        return
    if not isinstance(value, dict) or not value:
        yield f".{name} must be `*` or an object of AWS, Service, Federated or CanonicalUser"
        return
    for kind, named in value.items():
        if kind not in _PRINCIPALS:
            yield f".{name} has no kind {kind}; the kinds are {', '.join(_PRINCIPALS)}"
            continue
        texts = _texts(named)
        if texts is None:
            yield f".{name}.{kind} must be a string or a list of at least one string"
            continue
        for position, text in enumerate(texts):
            if not _PRINCIPALS[kind].fullmatch(text):
                yield f".{name}.{kind}[{position}] is no valid principal of that kind (and takes no partial wildcard)"


def _condition(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield ".Condition must be an object"
        return
    for operator, keys in value.items():
        base = operator
        for prefix in _SET_PREFIXES:
            base = base.removeprefix(prefix)
        plain = base.removesuffix("IfExists")
        if plain not in OPERATORS or (plain == "Null" and base != plain):
            yield f".Condition has no operator {operator}"
            continue
        if not isinstance(keys, dict) or not keys:
            yield f".Condition.{operator} must be an object of at least one condition key"
            continue
        expectation = next((_VALUES[name] for name in _VALUES if plain.startswith(name)), None)
        for key, wanted in keys.items():
            where = f".Condition.{operator}.{key}"
            if ":" not in key.strip(":") or re.search(r"\s", key):
                yield f"{where}: a condition key has the form prefix:name"
            values = wanted if isinstance(wanted, list) else [wanted]
            if not all(isinstance(item, str | int | float) for item in values):
                yield f"{where} must be a string, number or boolean, or a list of them"
                continue
            for item in values:
                text = str(item).lower() if isinstance(item, bool) else str(item)
                if expectation is not None and not _VARIABLE.search(text) and not expectation[1](text):
                    yield f"{where} must be {expectation[0]}"
                    break


def normalised(document: str) -> str:
    """A form that is equal for two documents exactly where IAM takes them for the same; text that is no JSON stays.

    Order of keys, statements and list elements carries no meaning, and neither does a list of one.
    """
    try:
        value = json.loads(document)
    except ValueError:
        return document
    if not isinstance(value, dict):
        return canonical_json(value)
    statements = value.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list):
        return canonical_json(value)
    kept = {key: item for key, item in value.items() if key != "Statement"}
    return canonical_json({**kept, "Statement": sorted(canonical_json(_sorted(item)) for item in statements)})


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted({canonical_json(_sorted(item)) for item in value})
        return json.loads(items[0]) if len(items) == 1 else [json.loads(item) for item in items]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
