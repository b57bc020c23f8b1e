"""What an agent class is on each platform, as the judge recognises it: group, principal set, tag, label.

Owns telling that a resource, an id or a principal stands for a whole class of agents. Does not own what may be done
with it (`rules/permission`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from nhi.contract import CLASS_ATTRIBUTE, FACT_TABLE, class_group_name, described_facts

from nhi_policies.declared import Context
from nhi_policies.view import types as t
from nhi_policies.view.gcp.federation import project_of
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack

CLASS_TAG: Final = f"aws:principaltag/{FACT_TABLE['aws']['agent-class'].key}"
"""The condition key, in lower case, under which AWS compares a principal's class."""
CLASS_LABEL: Final = FACT_TABLE["kubernetes"]["agent-class"].key

_POOL_SET: Final = re.compile(
    r"principalSet://iam\.googleapis\.com/projects/(?P<project>[^/]+)/locations/global/workloadIdentityPools/"
    r"(?P<pool>[^/]+)/(?P<rest>.+)"
)


def class_groups(stack: Stack, context: Context) -> Mapping[str, str]:
    """The security groups of the stack that stand for a class: URN to class. By name, or by what they say they are."""

    def make() -> dict[str, str]:
        environment = context.environment
        classes = environment.classes if environment else ()
        prefix = environment.environment.prefix if environment else ""
        names = {class_group_name(prefix, one): one for one in classes}
        found: dict[str, str] = {}
        for group in stack.of(t.ENTRA_GROUP):
            name, text = group.peek("displayName"), group.peek("description")
            said = described_facts(text) if isinstance(text, str) else {}
            own = names.get(name) if isinstance(name, str) else None
            one = own or (said.get("agent-class") if "agent-id" not in said else None)
            if one is not None:
                found[group.urn] = one
        return found

    return kept(stack, "class groups", make)


def bound_groups(context: Context) -> Mapping[str, str]:
    """The groups that the environment names: object id to class."""
    entra = context.environment.environment.entra if context.environment else None
    return {group: name for name, group in entra.class_groups.items()} if entra is not None else {}


def class_of_set(text: str, context: Context) -> str | None:
    """The class that a principal set stands for, or `every agent of the pool`; None for any other text.

    A set of a foreign pool counts where it is made from the class, because nobody else makes that attribute.
    """
    found = _POOL_SET.fullmatch(text)
    if found is None:
        return None
    mark = f"{CLASS_ATTRIBUTE}/"
    if found["rest"].startswith(mark):
        return f"class {found['rest'].removeprefix(mark)}"
    gcp = context.environment.environment.gcp if context.environment else None
    own = gcp is not None and (project_of(found["project"], context), found["pool"]) == (
        gcp.project_id,
        gcp.workload_identity_pool,
    )
    return "every agent of the pool" if own else None


def names_a_set(value: Any) -> bool:
    """Whether a text at or under a value could name a principal set: few do, and looking is cheap."""
    if isinstance(value, str):
        return "principalSet" in value
    if isinstance(value, Mapping):
        return any(map(names_a_set, value.values()))
    return isinstance(value, list | tuple) and any(map(names_a_set, value))


def texts_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every string at or under a value, with its path. What is unknown is left out."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts_of(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from texts_of(item, (*path, index))


def selects_class(resource: Resource) -> bool:
    """Whether an object's `spec.podSelector` chooses pods by their class. Raises `Unproven` where it is not known."""
    if CLASS_LABEL in resource.map("spec", "podSelector", "matchLabels"):
        return True
    expressions = resource.read("spec", "podSelector", "matchExpressions", default=[])
    return any(isinstance(one, Mapping) and one.get("key") == CLASS_LABEL for one in expressions)
