"""What a binding reaches, and how that is written in the permission model."""

from __future__ import annotations

from typing import Any

import pytest
from nhi.catalog.permission_set import google_patterns
from nhi.permissions.cel import Term
from nhi_policies.verdict import Unproven
from nhi_policies.view.gcp.grants import Reach, declared_reach, narrowed, patterns, place
from nhi_policies.view.gcp.policies import bindings

from policies import gcp_kit as g
from policies import kit

CONTEXT = g.context()


@pytest.mark.parametrize(
    ("member", "reached"),
    [
        (g.member(), Reach("all")),
        (g.on_bucket(), Reach("tree", "projects/_/buckets/acme-notes")),
        (g.on_prefix("projects/_/buckets/b/objects/x/"), Reach("prefix", "projects/_/buckets/b/objects/x/")),
        (g.member(g.TOPIC_MEMBER, topic="t"), Reach("tree", "projects/acme-agents/topics/t")),
        (g.member(g.SECRET_MEMBER, secretId="s", project=g.NUMBER), Reach("tree", "projects/acme-agents/secrets/s")),
        (
            g.member(condition=g.until(f'resource.name == "//x.googleapis.com/projects/{g.NUMBER}/secrets/s"')),
            Reach("exact", "projects/acme-agents/secrets/s"),
        ),
        (
            g.member(
                "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", cryptoKeyId="projects/p/locations/l/keyRings/r/x/k"
            ),
            Reach("tree", "projects/p/locations/l/keyRings/r/x/k"),
        ),
        (
            g.member(g.RUN_MEMBER, name="s"),
            Reach("tree", "projects/acme-agents/locations/europe-west3/services/s"),
        ),
    ],
)
def test_a_member_reaches_the_object_it_stands_on_or_what_its_condition_leaves(member: object, reached: Reach) -> None:
    (binding,) = bindings(member)  # type: ignore[arg-type]
    assert narrowed(place(member, CONTEXT), binding.demand.terms, CONTEXT) == reached  # type: ignore[arg-type]


def test_what_a_declaration_names_is_read_alike() -> None:
    notes = "//storage.googleapis.com/projects/_/buckets/acme-notes"
    assert declared_reach(f"projects/{g.PROJECT}", CONTEXT) == Reach("all")
    assert declared_reach(notes, CONTEXT) == Reach("tree", "projects/_/buckets/acme-notes")
    assert declared_reach(f"{notes}/objects/p/*", CONTEXT) == Reach(
        "prefix", "projects/_/buckets/acme-notes/objects/p/"
    )


@pytest.mark.parametrize(
    "member", [g.member(project="acme-other-1"), g.member("gcp:x/yIamMember:YIamMember"), g.on_bucket(kit.UNKNOWN)]
)
def test_an_object_that_cannot_be_named_is_unproven(member: object) -> None:
    with pytest.raises(Unproven):
        place(member, CONTEXT)  # type: ignore[arg-type]


NOTES = "projects/_/buckets/acme-notes"
_A = f"{NOTES}/objects/a"
_TREE, _ALL = Reach("tree", NOTES), Reach("all")


@pytest.mark.parametrize(
    ("on", "named", "left"),
    [
        (_ALL, [], _ALL),
        (
            _ALL,
            [("startsWith", _A), ("==", f"{NOTES}/objects/ab")],
            Reach("exact", f"{NOTES}/objects/ab"),
        ),
        (
            _ALL,
            [("startsWith", _A), ("startsWith", f"{NOTES}/objects/ab/")],
            Reach("prefix", f"{NOTES}/objects/ab/"),
        ),
        (_ALL, [("startsWith", _A), ("==", NOTES)], None),
        (_ALL, [("==", NOTES), ("==", f"{NOTES}-2")], None),
        (_TREE, [("startsWith", "projects/_/buckets/acme")], _TREE),
        (_TREE, [("startsWith", _A)], Reach("prefix", _A)),
        (_TREE, [("startsWith", f"{NOTES}-2")], None),
        (_TREE, [("==", NOTES)], Reach("exact", NOTES)),
        (_TREE, [("==", f"{NOTES}-2")], None),
    ],
)
def test_names_in_a_condition_leave_a_part_of_a_place(
    on: Reach, named: list[tuple[Any, str]], left: Reach | None
) -> None:
    assert narrowed(on, [Term("resource.name", operator, name) for operator, name in named], CONTEXT) == left


@pytest.mark.parametrize(
    ("permission", "reach", "written"),
    [
        ("storage.objects.get", _TREE, [f"{NOTES}/objects/*"]),
        ("storage.objects.list", _TREE, [NOTES]),
        ("storage.buckets.get", _TREE, [NOTES, f"{NOTES}/*"]),
        ("storage.objects.get", Reach("prefix", _A), [f"{_A}*"]),
        ("storage.objects.get", Reach("exact", _A), [_A]),
    ],
)
def test_a_reach_is_written_as_patterns(permission: str, reach: Reach, written: list[str]) -> None:
    found = patterns("storage", permission, reach, CONTEXT)
    assert list(found) == [f"//storage.googleapis.com/{one}" for one in written]


def test_the_whole_project_is_written_as_the_declaration_writes_it() -> None:
    assert patterns("run", "run.routes.invoke", _ALL, CONTEXT) == google_patterns(f"projects/{g.PROJECT}")
