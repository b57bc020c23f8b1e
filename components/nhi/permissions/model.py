"""What a permission is: a grant over globs in one platform's own vocabulary, and where it was written.

Owns the data of the permission model: what is declared (`Grant`), and what is compared (`Statement`, `Policy`,
`PermissionSet`). Does not own how they are compared (`permissions.proof`), what one of them answers to one request
(`permissions.evaluate`), nor where they come from (`catalog`).

Vocabulary per platform:

- aws: actions are `service:Action` patterns, resources are ARN patterns.
- kubernetes: actions are RBAC verbs, resources are `<namespace>/<api group>/<resource>[:<subresource>][/<name>]`, with
  an empty api group for the core group; `*` stands for all, a missing name for every object of that resource. Paths
  that are no resource are `url:/healthz`.
- gcp: actions are permissions (`storage.objects.get`), resources are full resource names or `projects/<id>`.
- entra: actions are `role:<Value>` (an application role, held by the agent itself) or `scope:<Value>` (a delegated
  scope, held only together with a user); resources are API names (`microsoft.graph`, or an own app's name).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from nhi.contract import Platform

Effect = Literal["allow", "deny"]
Access = Literal["read", "write", "manage"]
"""How deep a permission reaches: look, change content, change who may do what."""


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a reviewed file: 1-based line and column; line 0 where only the file is known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: an operator of the platform, the key it looks at, and the values that satisfy it."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission with its reason and the line it comes from.

    A denial may name what it leaves out instead (`not_actions`, and then no `actions`); an allow never does.
    """

    platform: Platform
    effect: Effect
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    access: Access
    reason: str
    origin: Origin
    conditions: tuple[Condition, ...] = ()
    expires: datetime | None = None
    not_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy: on which requests (action, resource, context) it speaks, and what it says.

    Of actions and not_actions exactly one is written, and so of resources and not_resources; `label` is how messages
    name the statement. There is no principal: whoever reads a policy with one makes it a condition, and refuses what
    cannot be one.
    """

    effect: Effect
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    label: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Statements that stand together: a request is permitted where one of them allows it and none denies it."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """What somebody may do on one platform: a request is permitted where EVERY policy permits it.

    Identity and boundary and session policy; user and every delegator on a path and the delegate. Without any policy
    nothing is permitted.
    """

    platform: Platform
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """One request: an action, a resource, and the value of each context key that matters; None where it is absent."""

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Egress:
    """One network destination that an agent may reach (Kubernetes NetworkPolicy).

    Either `cidr` or `namespace` with `pod_labels` is set, never both.
    """

    reason: str
    origin: Origin
    cidr: str | None = None
    namespace: str | None = None
    pod_labels: Mapping[str, str] = field(default_factory=dict)
    port: int = 443
    protocol: str = "TCP"
