"""What every Google Cloud type of the sandbox is described with: facts of an object, and what a type says.

Owns the forms. Does not own any type (`types`, `grants`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nhi.sandbox.clouds import table
from nhi.sandbox.clouds.table import names

FAKE_ETAG = "BwSANDBOX="
"""Stands for every etag: nothing here changes behind a program's back."""

Role = Literal["member", "binding", "policy"]


@dataclass(frozen=True, slots=True)
class Facts(table.Facts):
    """The provider's own project and what belongs to it, beside an object's inputs and seed."""

    default_project: str
    default_number: str
    region: str
    organization: str

    @property
    def project(self) -> str:
        """The object's project: its own, or else the provider's."""
        return str(self.inputs.get("project") or self.default_project).removeprefix("projects/")

    @property
    def number(self) -> str:
        """The number of the object's project. One that this cloud was not told is derived from the project's id."""
        if self.project == self.default_project:
            return self.default_number
        if self.project.isdigit():
            return self.project
        return str(int(hashlib.sha256(self.project.encode()).hexdigest(), 16))[:12]

    def decimals(self, purpose: str, length: int) -> str:
        """Decimal digits that are always the same for this object and purpose; the first of them is no zero."""
        return "1" + str(int(self.digits(purpose, 64), 16))[: length - 1]

    @property
    def mail(self) -> str:
        """The e-mail address of a service account."""
        domain, _, project = self.project.rpartition(":")
        return f"{self['accountId']}@{project}{'.' + domain if domain else ''}.iam.gserviceaccount.com"

    @property
    def account(self) -> str:
        """The full name of the service account that `serviceAccountId` names, whichever of its forms was used."""
        return account_name(str(self["serviceAccountId"]), self.project)

    def place(self, name: str) -> str:
        """A region: the object's own, or else the provider's."""
        return str(self[name] or self.region)


def account_name(text: str, project: str) -> str:
    """`projects/P/serviceAccounts/MAIL` for any of the forms in which the provider takes a service account."""
    if text.startswith("projects/"):
        return text
    if "@" not in text:
        text = f"{text}@{project}.iam.gserviceaccount.com"
    home = text.partition("@")[2].removesuffix(".iam.gserviceaccount.com")
    return f"projects/{home}/serviceAccounts/{text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(table.Served):
    """One type. `id` gives the provider's id; `numbered` says that the cloud assigns a new one each time.

    `assigned` gives the outputs that only the cloud knows, or completes; they win over inputs. `named` is the property
    that is filled in with a generated name of at most `name_limit` characters. `grants` marks a grant of access: one
    member, one binding that owns its role, or a policy that owns everything; `resource` is then what access is granted
    on. `delete_first` says that the provider deletes before it replaces, whatever changed; `kept` means that a deleted
    id stays taken; `put` marks a create that takes over what exists.
    """

    id: Callable[[Facts], str]
    assigned: Callable[[Facts], Mapping[str, Any]] = lambda _: {}
    numbered: bool = False
    named: str | None = None
    name_limit: int = 63
    grants: Role | None = None
    resource: Callable[[Facts], str] = lambda _: ""
    delete_first: bool = False
    kept: bool = False
    put: bool = False


def served(
    replaces: str,
    updates: str,
    id: Callable[[Facts], str],
    *,
    sets: str = "",
    optional_outputs: str = "",
    **rest: Any,
) -> Served:
    sorts = names(replaces=replaces, updates=updates, sets=sets, optional_outputs=optional_outputs)
    return Served(id=id, **sorts, **rest)


def within(value: Any, collection: str, otherwise: str) -> str:
    """A resource's full name: as given where it is one already, and else put together."""
    text = str(value)
    return text if f"/{collection}/" in f"/{text}" and text.startswith("projects/") else f"{otherwise}/{text}"
