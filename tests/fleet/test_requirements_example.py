"""The requirements document's own example: ended at the stacks' pinned clock, live before its end date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fleet_project import Project
from nhi.contract import UNKNOWN_STRING
from nhi.sandbox.clouds.registry import installed, open_cloud
from nhi.sandbox.engine import Request, run

EXAMPLE = "research-agent-prod-01"
FAMILY = (EXAMPLE, "search-agent", "summarisation-agent")
"""The example and the two agents that it delegates to."""


def family(project: Project) -> None:
    """Leaves only the example and its targets, which take work from nobody else then."""
    project.keep(FAMILY)
    project.edit("stacks/agents/summarisation-agent.yaml", ", briefing-agent]", "]")


def of_example(project: Project, engine: str, kind: str) -> list[dict[str, Any]]:
    return [row for row in project.world(engine) if row["type"] == kind and f"::{EXAMPLE}-" in row["urn"]]


@pytest.mark.engine
def test_after_its_end_date_it_is_suspended_and_the_rest_is_deployed(project: Project, engine: str) -> None:
    family(project)
    outcome = project.run("up", engine)
    assert outcome.code == 0, outcome.said
    (finding,) = outcome.findings
    assert (finding["rule"], finding["agent"], finding["level"]) == ("NHI-STA-010", EXAMPLE, "advisory")
    lines = (project.root / finding["file"]).read_text(encoding="utf-8").splitlines()
    assert lines[finding["line"] - 1].strip() == 'expires: "2026-08-11T00:00:00Z"'
    assert "suspended" in finding["text"]
    (guard,) = of_example(project, engine, "aws:iam/policy:Policy")
    assert {one["Effect"] for one in json.loads(guard["inputs"]["policy"])["Statement"]} == {"Deny"}
    assert of_example(project, engine, "aws:eks/podIdentityAssociation:PodIdentityAssociation") == []
    assert len([row for row in project.world(engine) if row["type"] == "aws:iam/role:Role"]) == len(FAMILY)
    grants = [
        row for row in project.world(engine) if row["type"] == "aws:iam/policy:Policy" and EXAMPLE not in row["urn"]
    ]
    assert any(one["Effect"] == "Allow" for row in grants for one in json.loads(row["inputs"]["policy"])["Statement"])


@pytest.mark.engine
def test_before_its_end_date_it_is_live(project: Project, engine: str) -> None:
    family(project)
    project.clock("2026-08-01T00:00:00Z")
    outcome = project.run("up", engine)
    assert (outcome.code, outcome.findings) == (0, []), outcome.said
    statements = [
        one
        for row in of_example(project, engine, "aws:iam/policy:Policy")
        for one in json.loads(row["inputs"]["policy"])["Statement"]
    ]
    allowed = [one for one in statements if one["Effect"] == "Allow"]
    assert allowed
    assert {one["Condition"]["DateLessThan"]["aws:CurrentTime"] for one in allowed} == {"2026-08-11T00:00:00Z"}
    assert of_example(project, engine, "aws:eks/podIdentityAssociation:PodIdentityAssociation")


@pytest.mark.engine
def test_a_clock_in_the_stack_that_the_gate_does_not_know_is_refused(project: Project, engine: str) -> None:
    family(project)
    project.edit("stacks/Pulumi.dev.yaml", "2026-11-01", "2026-08-01")
    outcome = project.run("preview", engine)
    assert outcome.code == 1
    assert "NHI-GAT-002" in {one["rule"] for one in outcome.blocking}, outcome.said


def unknown_paths(value: Any, path: str = "") -> list[str]:
    """Where the sentinel for an unknown value stands in a property."""
    if value == UNKNOWN_STRING:
        return [path]
    if isinstance(value, dict):
        return [one for key, item in value.items() for one in unknown_paths(item, f"{path}.{key}" if path else key)]
    if isinstance(value, list):
        return [one for index, item in enumerate(value) for one in unknown_paths(item, f"{path}[{index}]")]
    return []


@pytest.mark.engine
def test_no_resource_of_the_example_fleet_has_an_unknown_that_a_rule_needs(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", project.environment()["PYTHONPYCACHEPREFIX"])
    result = run(
        Request(
            project_dir=project.root,
            stack="prod",
            state_dir=Path(project.root / ".nhi" / "local"),
            packs=[project.root / "policies"],
            clouds={package: open_cloud(package) for package in installed()},
        )
    )
    assert result.exit_code == 0
    seen = [event["resourcePreEvent"]["metadata"]["new"] for event in result.events if "resourcePreEvent" in event]
    assert len([one for one in seen if one.get("custom")]) > 200
    unknown = {(one["type"], path) for one in seen for path in unknown_paths(one["inputs"])}
    assert unknown == ASSIGNED_BY_A_CLOUD
    said = [event["policyEvent"]["message"] for event in result.events if "policyEvent" in event]
    assert [message for message in said if "(unproven" in message or "not known" in message] == []


ASSIGNED_BY_A_CLOUD = {
    ("aws:secretsmanager/secretRotation:SecretRotation", "secretId"),
    ("azuread:index/appRoleAssignment:AppRoleAssignment", "principalObjectId"),
    ("azuread:index/appRoleAssignment:AppRoleAssignment", "resourceObjectId"),
    ("azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential", "applicationId"),
    ("azuread:index/groupMember:GroupMember", "groupObjectId"),
    ("azuread:index/groupMember:GroupMember", "memberObjectId"),
    ("azuread:index/servicePrincipal:ServicePrincipal", "clientId"),
    (
        "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant",
        "servicePrincipalObjectId",
    ),
}
"""Ids that exist only once the object does. Rules follow them through what depends on what, and need no value."""
