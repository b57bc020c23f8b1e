"""What the elements of a statement match on each platform: its actions, its resources, and whom a scope asks for.

Owns reading the patterns of the model (`permissions.model`) into globs; `permissions.evaluate` reads them on its own.
Does not own values of policy variables (`permissions.variables`), conditions, nor the search.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from nhi.contract import Platform
from nhi.permissions.automaton import Token, tokens
from nhi.permissions.model import Condition, Statement
from nhi.permissions.variables import Part, parts


class ElementUndecidedError(ValueError):
    """A pattern that means nothing certain on its platform. The caller must count that as undecided."""


def action_glob(platform: Platform, pattern: str) -> tuple[Token, ...]:
    """The glob of an action; actions of AWS come in lower case. Raises `ElementUndecidedError`."""
    if platform == "kubernetes":
        return tokens(pattern, stars=pattern == "*", questions=False)
    if platform != "aws" and ("*" in pattern or (platform == "entra" and "?" in pattern)):
        raise ElementUndecidedError(f"{platform} has no wildcard in an action")
    if "${" in pattern:
        raise ElementUndecidedError("a policy variable in an action is not decided")
    return tokens(pattern, questions=platform == "aws")


def resource_glob(platform: Platform, pattern: str) -> tuple[Part, ...]:
    """The glob of a resource. Raises `ElementUndecidedError`, and `VariableUndecidedError` on AWS."""
    if platform == "aws":
        return parts(pattern)
    if platform == "gcp":
        return tokens(pattern, questions=False)
    if platform == "entra":
        if "*" in pattern:
            raise ElementUndecidedError("entra has no wildcard in the name of an API")
        return tokens(pattern, stars=False, questions=False)
    return _kubernetes_glob(pattern)


def _kubernetes_glob(pattern: str) -> tuple[Token, ...]:
    if pattern.startswith("url:"):
        plain = pattern.rstrip("*")
        return (*tokens(plain, stars=False, questions=False), *(() if plain == pattern else (("star", ""),)))
    namespace, *rest = pattern.split("/", 3)
    if len(rest) < 2 or ":" in namespace:
        raise ElementUndecidedError("a resource is not <namespace>/<group>/<resource>/<name>")
    group, kind = rest[:2]
    name = rest[2] if len(rest) == 3 else "*"

    def part(text: str, kept: str) -> tuple[Token, ...]:
        return (("star", kept),) if text == "*" else tokens(text, stars=False, questions=False)

    slash: Token = ("text", "/")
    every_scale = kind.startswith("*:")
    subresource: Token = ("star", ":/")
    resource = (subresource, *tokens(kind[1:], stars=False, questions=False)) if every_scale else part(kind, "/")
    return (*part(namespace, ":/"), slash, *part(group, "/"), slash, *resource, slash, *part(name, ""))


KUBERNETES_SHAPES: Final = (_kubernetes_glob("*/*/*/*"), _kubernetes_glob("url:*"))
"""What a resource of a request looks like; nothing else is asked for."""


def apart(platform: Platform, statement: Statement) -> tuple[Statement, ...]:
    """A statement of Entra ID as two: a scope is held only together with a user, a role without."""
    if platform != "entra":
        return (statement,)
    scopes = tuple(action for action in statement.actions if action.startswith("scope:"))
    if statement.not_actions:
        raise ElementUndecidedError("entra has no complement of actions")
    if not all(action.startswith(("role:", "scope:")) for action in statement.actions):
        raise ElementUndecidedError("an action of entra is neither role:<value> nor scope:<value>")
    roles = tuple(action for action in statement.actions if action not in scopes)
    with_user = Condition("Null", "user", ("false",))
    asked = replace(statement, actions=scopes, conditions=(*statement.conditions, with_user))
    return tuple(one for one in (replace(statement, actions=roles), asked) if one.actions)
