"""What a resource says about its agent is read in each platform's own place, and never taken from an unknown."""

from __future__ import annotations

from typing import Any

import pytest
from nhi.contract import describe_facts
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact, facts

from policies import kit

FACTS = {"class": "non-human:ai-agent", "agent-id": "support-agent", "purpose": "Drafts replies", "risk-tier": "2"}
DESCRIPTION = describe_facts(FACTS)  # type: ignore[arg-type]  # every key is a fact
LINES = [f"nhi:{name}={value}" for name, value in FACTS.items()]


def of(token: str, **inputs: Any) -> dict[str, str]:
    return dict(facts(kit.resource(token, "one", inputs)))


def test_entra_says_it_in_tags() -> None:
    assert of(t.ENTRA_APPLICATION, tags=[*LINES, "HideApp"]) == FACTS


def test_entra_says_it_in_notes_where_no_tag_does() -> None:
    assert of(t.ENTRA_APPLICATION, tags=["HideApp"], notes="\n".join(["by hand", *LINES])) == FACTS


def test_a_tag_goes_before_a_note() -> None:
    one = kit.resource(t.ENTRA_APPLICATION, "one", {"tags": ["nhi:agent-id=a"], "notes": "nhi:agent-id=b"})
    assert fact(one, "agent-id") == "a"


def test_google_cloud_says_it_in_the_description_of_what_has_no_labels() -> None:
    assert of(t.GCP_SERVICE_ACCOUNT, description=DESCRIPTION) == FACTS


def test_google_cloud_says_it_in_labels() -> None:
    assert of(t.GCP_SECRET, labels={"nhi-agent-id": "support-agent", "team": "x"}) == {"agent-id": "support-agent"}


def test_a_label_goes_before_a_description() -> None:
    one = kit.resource(t.GCP_SECRET, "one", {"labels": {"nhi-agent-id": "a"}, "description": DESCRIPTION})
    assert fact(one, "agent-id") == "a"


@pytest.mark.parametrize("description", ["support-agent", "agent-id=support-agent", ""])
def test_any_other_description_says_nothing(description: str) -> None:
    assert of(t.GCP_SERVICE_ACCOUNT, description=description) == {}


@pytest.mark.parametrize(
    ("token", "inputs", "path"),
    [
        (t.ENTRA_APPLICATION, {"tags": kit.UNKNOWN}, "tags"),
        (t.ENTRA_APPLICATION, {"tags": [*LINES, kit.UNKNOWN]}, "tags"),
        (t.ENTRA_APPLICATION, {"notes": kit.UNKNOWN}, "notes"),
        (t.ENTRA_APPLICATION, {"tags": ["nhi:agent-id=a", "nhi:agent-id=b"]}, "tags"),
        (t.GCP_SERVICE_ACCOUNT, {"description": kit.UNKNOWN}, "description"),
        (t.GCP_SECRET, {"labels": kit.UNKNOWN}, "labels"),
        (t.GCP_SECRET, {"labels": {"nhi-agent-id": kit.UNKNOWN}}, "labels.nhi-agent-id"),
    ],
)
def test_what_is_not_known_or_says_two_things_is_unproven(token: str, inputs: dict[str, Any], path: str) -> None:
    with pytest.raises(Unproven) as signal:
        fact(kit.resource(token, "one", inputs), "agent-id")
    assert signal.value.path == path
