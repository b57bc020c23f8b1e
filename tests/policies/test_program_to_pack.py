"""A real program's components to the real pack, in one process: what the gate sees is what the program registers.

Limit: mocks stand in for the engine, so providers check nothing and resources have no ids, as in a first preview.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from first_preview import registrations
from google.protobuf import json_format
from nhi.contract import UNKNOWN_STRING
from nhi.identity import AgentIdentity
from nhi.platforms.kubernetes.identity import KubernetesAgentAdmission
from nhi_policies import pack
from nhi_policies.report import parse
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, policy

_ROOT = Path(__file__).parents[2]
_APP_ROLE = "azuread:index/appRoleAssignment:AppRoleAssignment"
_FEDERATED = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
_CLOCK = "2026-11-01T00:00:00Z"


@cache
def registered() -> tuple[tuple[str, Any], ...]:
    """Every resource of some agents and of their cluster's admission, as the program registers it."""

    def program() -> None:
        for name in ("support-agent", "research-agent-prod-01", "directory-agent"):
            AgentIdentity(
                name,
                {
                    "file": str(_ROOT / f"stacks/agents/{name}.yaml"),
                    "environment": str(_ROOT / "stacks/environments/dev.yaml"),
                    "clock": _CLOCK,
                },
            )
        KubernetesAgentAdmission("cluster", {"environment": str(_ROOT / "stacks/environments/dev.yaml")})

    return tuple(registrations(program))


def _plain(struct: Any) -> dict[str, Any]:
    return json_format.MessageToDict(struct)


def _diagnostics(change: dict[str, dict[str, Any]] | None = None, *, references: bool = True) -> list[Any]:
    """What the pack says, with inputs of some resource types changed on the way, or without what they are made from."""
    servicer = policy._PolicyAnalyzerServicer(
        "nhi", "0.1.0", pack.policies(_ROOT / "policies"), EnforcementLevel.MANDATORY
    )
    found: list[Any] = []
    stack: list[Any] = []
    for urn, request in registered():
        properties = {**_plain(request.object), **(change or {}).get(request.type, {})}
        message = json_format.ParseDict(properties, proto.AnalyzeRequest().properties)
        provider = (
            proto.AnalyzerProviderResource(type="pulumi:providers:x", name="x", urn="x") if request.custom else None
        )
        common = {"type": request.type, "name": request.name, "urn": urn, "properties": message, "provider": provider}
        options = proto.AnalyzerResourceOptions(parent=request.parent)
        found.extend(servicer.Analyze(proto.AnalyzeRequest(**common, options=options), None).diagnostics)
        depends = {
            key: proto.AnalyzerPropertyDependencies(urns=one.urns)
            for key, one in request.propertyDependencies.items()
            if references
        }
        stack.append(
            proto.AnalyzerResource(**common, options=options, parent=request.parent, propertyDependencies=depends)
        )
    found.extend(servicer.AnalyzeStack(proto.AnalyzeStackRequest(resources=stack), None).diagnostics)
    return found


def _mandatory(diagnostics: list[Any]) -> list[str]:
    return [one.message for one in diagnostics if proto.EnforcementLevel.Name(one.enforcementLevel) == "MANDATORY"]


def _rules(diagnostics: list[Any]) -> set[str]:
    return {found.rule.id for message in _mandatory(diagnostics) if (found := parse(message)) is not None}


def test_the_program_registers_components_and_their_children() -> None:
    types = {request.type for _, request in registered()}
    assert {"nhi:index:AgentIdentity", "nhi:index:AwsAgentIdentity", "aws:iam/role:Role"} <= types
    assert "kubernetes:core/v1:ServiceAccount" in types


def test_good_agents_pass_the_whole_pack() -> None:
    diagnostics = _diagnostics()
    assert _mandatory(diagnostics) == []
    assert not [one.message for one in diagnostics if "can't run policy" in one.message]


def test_an_unknown_trust_policy_anywhere_is_mandatory() -> None:
    diagnostics = _diagnostics({"aws:iam/role:Role": {"assumeRolePolicy": UNKNOWN_STRING}})
    assert [message for message in _mandatory(diagnostics) if "assumeRolePolicy" in message]
    assert not [one.message for one in diagnostics if "can't run policy" in one.message]


def test_a_program_that_pins_another_clock_is_found() -> None:
    diagnostics = _diagnostics({"nhi:index:AgentIdentity": {"pinnedClock": "2026-07-01T00:00:00Z"}})
    assert "NHI-GAT-002" in _rules(diagnostics)


def test_a_role_of_an_agent_that_no_file_declares_is_found() -> None:
    diagnostics = _diagnostics({"aws:iam/role:Role": {"tags": {"nhi:agent-id": "ghost-agent"}}})
    assert "NHI-IDN-002" in _rules(diagnostics)


def test_an_object_of_the_directory_is_followed_to_its_agent_by_what_its_id_is_made_from() -> None:
    rules = _rules(_diagnostics({_APP_ROLE: {"appRoleId": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"}}))
    assert {"NHI-ESC-200", "NHI-PRM-200"} <= rules
    assert "NHI-GAT-007" not in rules


def test_an_object_of_the_directory_that_leads_nowhere_is_unproven() -> None:
    assert "NHI-GAT-007" in _rules(_diagnostics(references=False))


def test_a_federated_credential_that_trusts_somebody_else_is_found() -> None:
    assert "NHI-TRU-201" in _rules(_diagnostics({_FEDERATED: {"subject": "agent/other"}}))
