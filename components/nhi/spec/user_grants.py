"""What one user's file of grants may say, and reading it: the other half of `effective = agent ∩ user` (row 3.5).

Owns the file that `nhi explain --as` takes. It is written in the model's own words (`permissions.model`): statements
with effect, actions, resources and conditions, by platform. Does not own what a user really holds: nobody here asks a
cloud or an identity provider, so the file says what its writer knows, or wants to try.

    user_grants:
      user: ana.reyes@example.com
      aws:
        - effect: allow
          actions: [s3:GetObject]
          resources: [arn:aws:s3:::acme-dev-knowledge/*]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from nhi.contract import API_VERSION, PLATFORMS, Platform
from nhi.permissions.model import Condition, Grant
from nhi.permissions.terms import wrong_action, wrong_resource
from nhi.spec.mistakes import mistakes
from nhi.spec.model import Part, Text, Timestamp
from nhi.spec.problems import Problem
from nhi.spec.source import Positions, Source, read

Pattern = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class UserCondition(Part):
    """One condition of a statement."""

    operator: Text
    """An operator of the platform: `StringEquals`, `DateLessThan`, `IpAddress`, ..."""
    key: Text
    """The context key that it looks at: `aws:SourceIp`, `request.time`, ..."""
    values: Annotated[tuple[Pattern, ...], Field(min_length=1)]
    """The values that satisfy it."""


class UserStatement(Part):
    """One thing that the user may do, or may never do."""

    effect: Literal["allow", "deny"]
    """A deny wins over every allow."""
    actions: Annotated[tuple[Pattern, ...], Field(min_length=1)]
    """Actions as the platform names them: `s3:GetObject`, `storage.objects.get`, `get`, `scope:Mail.Read`."""
    resources: Annotated[tuple[Pattern, ...], Field(min_length=1)]
    """What they are on: ARNs, full resource names, `<namespace>/<group>/<resource>[/<name>]`, names of APIs."""
    conditions: tuple[UserCondition, ...] = ()
    """All of them must hold."""
    reason: Text | None = None
    """What an answer calls the statement."""
    expires: Timestamp | None = None
    """When an allow ends; a deny never ends."""


class UserGrants(Part):
    """The grants of one user, by platform. A platform that is not named gives the user nothing there."""

    user: Text
    """Who the user is, as answers call it."""
    ids: dict[Platform, Text] = Field(default_factory=dict)
    """Who the user is on a platform that has another name: the object id on Entra ID, the user's id on AWS."""
    aws: tuple[UserStatement, ...] = ()
    entra: tuple[UserStatement, ...] = ()
    gcp: tuple[UserStatement, ...] = ()
    kubernetes: tuple[UserStatement, ...] = ()


class UserGrantsFile(Part):
    """A whole file of a user's grants."""

    api_version: Literal["nhi/v1"] = API_VERSION
    user_grants: UserGrants


@dataclass(frozen=True)
class DeclaredUser:
    """One user's grants with the line of each."""

    name: str
    grants: tuple[Grant, ...]
    ids: Mapping[Platform, str]
    positions: Positions

    def known_as(self, platform: Platform) -> str:
        """Who the user is in requests on one platform."""
        return self.ids.get(platform, self.name)

    def on(self, platform: Platform) -> tuple[Grant, ...]:
        """The user's grants on one platform, in the order of the file."""
        return tuple(grant for grant in self.grants if grant.platform == platform)


def load_user_grants(path: Path, *, root: Path | None = None) -> tuple[DeclaredUser | None, tuple[Problem, ...]]:
    """Reads one file of a user's grants: the user, or None and every problem of the file. Never raises for bad input.

    Positions carry the path as given, or relative to `root`.
    """
    source = read(path, root=root)
    if source.value is None or source.problems:
        return None, source.problems
    try:
        found = UserGrantsFile.model_validate(source.value)
    except ValidationError as error:
        return None, mistakes(error, source.value, UserGrantsFile, source.positions)
    problems = tuple(_foreign_terms(found.user_grants, source))
    if problems:
        return None, problems
    grants = tuple(
        _grant(platform, statement, index, source)
        for platform in PLATFORMS
        for index, statement in enumerate(getattr(found.user_grants, platform))
    )
    return DeclaredUser(found.user_grants.user, grants, found.user_grants.ids, source.positions), ()


def _grant(platform: Platform, statement: UserStatement, index: int, source: Source) -> Grant:
    return Grant(
        platform,
        statement.effect,
        statement.actions,
        statement.resources,
        "read",  # how deep it reaches is not asked of a user's grant; only a declared one has a level
        statement.reason or f"statement {index + 1} for {platform}",
        source.positions.at("user_grants", platform, index),
        tuple(Condition(one.operator, one.key, one.values) for one in statement.conditions),
        statement.expires,
    )


def _foreign_terms(user: UserGrants, source: Source) -> Iterator[Problem]:
    """Actions and resources that are not the platform's: they would match nothing, or nobody knows what."""
    for platform in PLATFORMS:
        for index, statement in enumerate(getattr(user, platform)):
            here = ("user_grants", platform, index)
            for field, texts, check in (
                ("actions", statement.actions, wrong_action),
                ("resources", statement.resources, wrong_resource),
            ):
                for at, text in enumerate(texts):
                    wrong = check(platform, text)
                    if wrong is not None:
                        yield Problem(wrong[0], source.positions.at(*here, field, at), wrong[1])
