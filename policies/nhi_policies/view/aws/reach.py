"""How far one AWS statement reaches: how many objects its resources name, how long it holds.

Owns reading ARN globs and date conditions. Does not own which reach is too wide; rules say so.

ARNs: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from nhi.catalog.vocabulary import aws_action, expand
from nhi.permissions.globs import has_wildcard
from nhi.permissions.model import Statement as Decompiled

from nhi_policies.verdict import Unproven
from nhi_policies.view.aws.documents import Statement

# Policy variables that stand for the characters themselves:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
_ESCAPED = re.compile(r"\$\{([*?$])\}")
# Secrets Manager adds a dash and six characters to a name; `?` for each of them is the exact form.
_SECRET_ENDING = "-??????"
# AgentCore adds a dash and ten characters to a runtime's name, in which no dash can stand.
_RUNTIME_ENDING = "-??????????"

# Actions whose only resource types are extras that a call may name and mostly does not (a lexicon, a glossary, a
# custom dataset), so that a plain call works on `*` only. Checked 2026-11-24 on
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ONLY_EXTRAS = frozenset(
    {
        "polly:synthesizespeech",
        "translate:translatetext",
        "translate:translatedocument",
        "cloudwatch:getmetricdata",
        "cloudwatch:listmetrics",
        "cloudwatch:getmetricstatistics",
    }
)


def unescaped(text: str) -> str:
    """The text that IAM compares with, where `text` has `${*}`, `${?}` or `${$}` for the characters themselves."""
    return _ESCAPED.sub(r"\1", text)


def is_exact(text: str) -> bool:
    """Whether a value stands for one text only: no wildcard and no policy variable."""
    plain = _ESCAPED.sub("", text)
    return bool(text) and not has_wildcard(plain) and "${" not in plain


@lru_cache(maxsize=65536)
def unnamed(resource: str) -> str:
    """Why an ARN glob does not name one object or one container of objects; empty where it does.

    The container is the bucket, table, function, key and so on. A wildcard behind it stays inside it:
    `arn:aws:s3:::kb/docs/*` names the bucket `kb`.
    """
    text = _ESCAPED.sub("_", resource)
    if text == "*":
        return "it is everything"
    parts = text.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return "its service is not named" if has_wildcard(text) else ""
    _, _, service, _, account, rest = parts
    if has_wildcard(service):
        return "its service is not named"
    if has_wildcard(account):
        return "its account is not named"
    if service == "s3" and not account:
        container = rest.split("/", 1)[0]
    elif service == "iam":
        container = rest
    elif service == "secretsmanager":
        container = rest.removesuffix(_SECRET_ENDING)
    else:
        kind, mark, name = _first_mark(rest)
        if service == "bedrock-agentcore" and kind == "runtime":
            name = name.replace(_RUNTIME_ENDING, "", 1)
        if has_wildcard(kind):
            return f"{kind} is every kind of object" if mark or kind == "*" else f"{kind} is no single name"
        container = name.split(mark, 1)[0] if mark else kind
    if not has_wildcard(container):
        return ""
    return f"{container} is a pattern, not a name"


def _first_mark(rest: str) -> tuple[str, str, str]:
    found = re.search(r"[:/]", rest)
    return (rest, "", "") if found is None else (rest[: found.start()], found[0], rest[found.end() :])


@lru_cache(maxsize=4096)
def takes_resources(action: str) -> bool:
    """Whether AWS can grant this action, or one a pattern stands for, on less than `*`; unknown is yes."""
    names = expand(action) if has_wildcard(action) else (action,)
    for name in names or (action,):
        facts = aws_action(name)
        if facts is None or (facts.resources and name.lower() not in _ONLY_EXTRAS):
            return True
    return False


def ends(statement: Statement | Decompiled) -> datetime | None:
    """The moment from which a statement holds no more, by its conditions on `aws:CurrentTime`; None for never.

    Raises `Unproven` where a date cannot be read.
    """
    found = [
        max(_moment(value, statement) for value in condition.values)  # one of several values is enough for IAM
        for condition in statement.conditions
        if condition.key.lower() == "aws:currenttime"
        and condition.operator.lower() in ("datelessthan", "datelessthanequals")
    ]
    return min(found, default=None)


def ends_by(statement: Statement | Decompiled, moment: datetime) -> bool:
    """Whether a statement holds no more at `moment` and after it. Raises `Unproven` where a date cannot be read."""
    return any(
        max(_moment(value, statement) for value in condition.values) < moment
        or (
            condition.operator.lower() == "datelessthan"
            and all(_moment(value, statement) <= moment for value in condition.values)
        )
        for condition in statement.conditions
        if condition.key.lower() == "aws:currenttime"
        and condition.operator.lower() in ("datelessthan", "datelessthanequals")
    )


def starts(statement: Statement | Decompiled) -> datetime | None:
    """The latest moment from which on a statement holds, by its conditions on `aws:CurrentTime`; None for always."""
    found = [
        min(_moment(value, statement) for value in condition.values)
        for condition in statement.conditions
        if condition.key.lower() == "aws:currenttime"
        and condition.operator.lower() in ("dategreaterthan", "dategreaterthanequals")
    ]
    return max(found, default=None)


def _moment(value: str, statement: Statement | Decompiled) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Unproven(f"the date condition of {statement.label}", "is no date with time and zone") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
