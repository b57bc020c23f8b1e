"""What the builder writes, read back from its records, permits what the files declare: no more and no less.

The example fleet in its three stacks and the fleet that is everywhere, on Google Cloud, Kubernetes and Entra ID; AWS
has a file of its own. Requests that no cloud has are left out (`SENSIBLE`). What it does not prove: that records of
other shapes are read right; the fixtures of the rules do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from nhi.contract import Platform
from nhi.permissions.algebra import canonical, meet
from nhi.permissions.model import PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved, subset
from nhi_policies.declared import Context, instances_of
from nhi_policies.dispatch import stack_of
from nhi_policies.view.declared_grants import declared_set
from nhi_policies.view.entra import effective as entra
from nhi_policies.view.gcp import effective as gcp
from nhi_policies.view.kubernetes import effective as kubernetes
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Stack

from policies import test_example_fleet as example
from policies import test_whole_fleet as whole

READ: dict[Platform, Callable[[Stack, Context, str, str | None], Granted]] = {
    "gcp": gcp.granted_set,
    "kubernetes": kubernetes.granted_set,
    "entra": entra.granted_set,
}

_LISTS = ("storage.objects.list",)
# Nothing lies below a model, a workflow or a database, so far as Google names it in a request.
_BELOW = ("//aiplatform.googleapis.com/*/models/*/*", "//firestore.googleapis.com/*/databases/*/*")
SENSIBLE: dict[Platform, PermissionSet] = {
    # A bucket is listed, never an object; every other permission on objects is asked of one.
    "gcp": PermissionSet(
        "gcp",
        (
            Policy(
                (
                    Statement("allow", not_actions=_LISTS, resources=("*",)),
                    Statement("allow", actions=_LISTS, resources=("//storage.googleapis.com/projects/_/buckets/*",)),
                    Statement("deny", actions=_LISTS, resources=("//storage.googleapis.com/projects/_/buckets/*/*",)),
                    Statement("deny", not_actions=_LISTS, resources=_BELOW),
                )
            ),
        ),
    ),
}


@cache
def fleet(name: str) -> tuple[Context, Stack]:
    """A fleet's context, and its records as one stack."""
    if name == "everywhere":
        return whole.CONTEXT, stack_of(tuple(whole.written()), whole.CONTEXT)
    return example.context(name), stack_of(example.resources(name), example.context(name))


FLEETS = ("dev", "staging", "prod", "everywhere")
every_platform = pytest.mark.parametrize("platform", READ)
every_fleet = pytest.mark.parametrize("name", FLEETS)


def owners(context: Context) -> Iterator[tuple[str, str | None]]:
    for agent_id, declared in context.agents.items():
        for instance in instances_of(declared.agent):
            yield agent_id, instance


@every_platform
@every_fleet
def test_what_is_read_back_is_what_the_files_declare(name: str, platform: Platform) -> None:
    context, stack = fleet(name)
    held = 0
    for agent_id, instance in owners(context):
        granted = READ[platform](stack, context, agent_id, instance)
        assert granted.unproven == (), agent_id
        declared = declared_set(context, agent_id, platform, instance)
        held += bool(granted.statements)
        assert subset(granted.permissions, declared) == Proved(), (agent_id, instance)
        asked = meet(declared, SENSIBLE[platform]) if platform in SENSIBLE else declared
        assert subset(asked, granted.permissions) == Proved(), (agent_id, instance)
    assert held > 0


@every_platform
def test_every_statement_leads_to_the_resource_on_which_it_stands(platform: Platform) -> None:
    context, stack = fleet("everywhere")
    for agent_id, instance in owners(context):
        granted = READ[platform](stack, context, agent_id, instance)
        allows = [one for one in granted.statements if one.effect == "allow"]
        assert {one.label for one in allows} == set(granted.sources)
        assert all(resource in stack.resources for resource in granted.sources.values())
        canonical(granted.permissions)  # every statement is well formed
