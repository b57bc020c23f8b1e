"""What a binding reaches, and the laws of covering and meeting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhi_policies.verdict import Unproven
from nhi_policies.view.gcp.grants import Reach, covers, declared_reach, meets, reach
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
    assert reach(member, binding, CONTEXT) == reached  # type: ignore[arg-type]


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
    (binding,) = bindings(member)  # type: ignore[arg-type]
    with pytest.raises(Unproven):
        reach(member, binding, CONTEXT)  # type: ignore[arg-type]


NOTES = "projects/_/buckets/acme-notes"


@pytest.mark.parametrize(
    ("declared", "granted", "covered"),
    [
        (Reach("all"), Reach("tree", NOTES), True),
        (Reach("tree", NOTES), Reach("all"), False),
        (Reach("tree", NOTES), Reach("prefix", f"{NOTES}/objects/a"), True),
        (Reach("tree", NOTES), Reach("prefix", NOTES), False),
        (Reach("tree", NOTES), Reach("tree", f"{NOTES}-2"), False),
        (Reach("prefix", f"{NOTES}/objects/"), Reach("tree", NOTES), True),
        (Reach("prefix", f"{NOTES}/objects/a/"), Reach("tree", NOTES), False),
        (Reach("prefix", f"{NOTES}/objects/a/"), Reach("exact", f"{NOTES}/objects/a/b"), True),
        (Reach("prefix", f"{NOTES}/objects/a/"), Reach("prefix", f"{NOTES}/objects/a"), False),
    ],
)
def test_a_declared_grant_covers_what_lies_in_it(declared: Reach, granted: Reach, covered: bool) -> None:
    assert covers(declared, granted) is covered


_NAMES = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map("/".join)
_REACHES = (
    st.just(Reach("all"))
    | st.builds(Reach, st.sampled_from(["tree", "exact", "prefix"]), _NAMES)
    | st.builds(Reach, st.just("prefix"), _NAMES.map(lambda name: f"{name}/"))
)


@given(_REACHES, _REACHES)
def test_what_is_covered_is_met_and_meeting_has_no_direction(one: Reach, other: Reach) -> None:
    assert meets(one, one)
    assert meets(one, other) == meets(other, one)
    assert not covers(one, other) or meets(one, other)


@given(_REACHES, _REACHES, _REACHES)
def test_covering_goes_on(one: Reach, two: Reach, three: Reach) -> None:
    if covers(one, two) and covers(two, three):
        assert covers(one, three)
