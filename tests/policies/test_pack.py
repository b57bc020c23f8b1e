"""The pack on the SDK's real servicer, in one process: unknowns, secrets, levels, repeated URNs.

Limit: requests are made here, not by an engine. What an engine sends is tested where whole programs run. The servicer
class is private to pulumi-policy 1.21; the first test guards the names that this file uses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from nhi_policies import dispatch, pack
from nhi_policies.declared import Context
from nhi_policies.report import parse
from nhi_policies.view import types as t
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, policy, proxy

from policies import entra_kit as e
from policies import kit

UNKNOWN = proxy.UNKNOWN_STRING_VALUE
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


class Analyzer:
    """The SDK's servicer over our policies."""

    def __init__(self, folder: Path) -> None:
        self.servicer = policy._PolicyAnalyzerServicer("nhi", "0.1.0", pack.policies(folder), EnforcementLevel.ADVISORY)

    def analyze(self, type_token: str, name: str, properties: dict[str, Any], **more: Any) -> list[Any]:
        """The diagnostics of one resource."""
        request = proto.AnalyzeRequest(
            type=type_token,
            name=name,
            urn=more.pop("urn", kit.urn(type_token, name)),
            properties=json_format.ParseDict(properties, proto.AnalyzeRequest().properties),
            options=proto.AnalyzerResourceOptions(parent=more.pop("parent", "")),
            provider=proto.AnalyzerProviderResource(type="pulumi:providers:aws", name="aws", urn="urn"),
        )
        return list(self.servicer.Analyze(request, None).diagnostics)

    def analyze_stack(
        self, *resources: tuple[str, str, dict[str, Any]], depends: dict[str, dict[str, str]] | None = None
    ) -> list[Any]:
        """The diagnostics of the stack; `depends` are property dependencies by name of the resource, one URN each."""
        request = proto.AnalyzeStackRequest(
            resources=[
                proto.AnalyzerResource(
                    type=token,
                    name=name,
                    urn=kit.urn(token, name),
                    properties=json_format.ParseDict(properties, proto.AnalyzerResource().properties),
                    provider=proto.AnalyzerProviderResource(type="pulumi:providers:aws", name="aws", urn="urn"),
                    propertyDependencies={
                        key: proto.AnalyzerPropertyDependencies(urns=[urn])
                        for key, urn in (depends or {}).get(name, {}).items()
                    },
                )
                for token, name, properties in resources
            ]
        )
        return list(self.servicer.AnalyzeStack(request, None).diagnostics)


def levels(diagnostics: list[Any], rule_id: str) -> list[str]:
    """The levels at which a rule reported."""
    return [
        proto.EnforcementLevel.Name(one.enforcementLevel)
        for one in diagnostics
        if (found := parse(one.message)) is not None and found.rule.id == rule_id
    ]


@pytest.fixture
def analyzer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Analyzer]:
    """A pack whose reviewed files declare the kit's agent."""

    def loaded(_folder: Path, stack: str | None, **_: Any) -> Context:
        return kit.context(stack=stack)

    monkeypatch.setattr(pack, "load_context", loaded)
    return Analyzer(tmp_path)


def _role(**changes: Any) -> dict[str, Any]:
    return {**kit.role().inputs, **changes}


def test_the_sdk_has_the_names_that_the_pack_and_its_tests_use() -> None:
    assert {"Analyze", "AnalyzeStack", "GetAnalyzerInfo"} <= set(dir(policy._PolicyAnalyzerServicer))
    assert issubclass(proxy.UnknownValueError, Exception)
    assert proxy.UNKNOWN_STRING_VALUE in pack.thaw.__globals__["plain"].__globals__["UNKNOWN_MARKS"]


def test_policies_are_few_and_every_blocking_one_is_mandatory(analyzer: Analyzer) -> None:
    info = analyzer.servicer.GetAnalyzerInfo(None, None)
    found = {one.name: proto.EnforcementLevel.Name(one.enforcementLevel) for one in info.policies}
    assert len(found) <= 16
    assert {name for name, level in found.items() if level == "ADVISORY"} == {"nhi-advice", "nhi-stack-advice"}


def test_a_good_role_gets_no_mandatory_finding(analyzer: Analyzer) -> None:
    found = analyzer.analyze(t.AWS_ROLE, "role", _role())
    assert [one.message for one in found if one.enforcementLevel == proto.EnforcementLevel.Value("MANDATORY")] == []


def test_an_unknown_document_is_mandatory_and_never_a_rule_that_cannot_run(analyzer: Analyzer) -> None:
    found = analyzer.analyze(t.AWS_ROLE, "role", _role(assumeRolePolicy=UNKNOWN, tags={}))
    assert levels(found, "NHI-CLS-010") == ["MANDATORY"]
    assert not [one.message for one in found if "can't run policy" in one.message]


def test_an_unknown_inside_a_longer_string_is_unknown(analyzer: Analyzer) -> None:
    document = kit.document(kit.trust_statement(**{"Principal": {"AWS": f"arn:aws:iam::{UNKNOWN}:role/x"}}))
    found = analyzer.analyze(t.AWS_ROLE, "role", _role(assumeRolePolicy=document, tags={}))
    assert levels(found, "NHI-CLS-010") == ["MANDATORY"]


def test_unknown_tags_do_not_hide_what_else_is_wrong(analyzer: Analyzer) -> None:
    found = analyzer.analyze(t.AWS_ROLE, "role", _role(tags=UNKNOWN))
    assert levels(found, "NHI-IDN-002") == ["MANDATORY"]


def test_a_secret_around_an_unknown_is_unknown(analyzer: Analyzer) -> None:
    found = analyzer.analyze(t.AWS_ROLE, "role", _role(assumeRolePolicy={**SECRET, "value": UNKNOWN}, tags={}))
    assert levels(found, "NHI-CLS-010") == ["MANDATORY"]


def test_no_message_carries_a_secret_value(analyzer: Analyzer) -> None:
    value = "hunter2-hunter2-hunter2"
    properties = {"create": {**SECRET, "value": value}, "environment": {"TOKEN": {**SECRET, "value": value}}}
    found = analyzer.analyze("command:local:Command", "x", properties)
    assert levels(found, "NHI-GAT-005") == ["MANDATORY"]
    assert value not in "".join(one.message for one in found)


def test_the_same_urn_is_judged_again_and_not_remembered(analyzer: Analyzer) -> None:
    good, bad = _role(), _role(tags={**kit.tags(), "nhi:agent-id": "ghost-agent"})
    assert levels(analyzer.analyze(t.AWS_ROLE, "role", good), "NHI-IDN-002") == []
    assert levels(analyzer.analyze(t.AWS_ROLE, "role", bad), "NHI-IDN-002") == ["MANDATORY"]
    assert levels(analyzer.analyze(t.AWS_ROLE, "role", good), "NHI-IDN-002") == []


def test_a_component_is_judged_as_a_declaration_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = kit.agent(**{"credential.expires": "2026-08-11T00:00:00Z"})
    monkeypatch.setattr(pack, "load_context", lambda *_, **__: kit.context(ended))
    analyzer = Analyzer(tmp_path)
    component = kit.component(ended)
    outer = analyzer.analyze(component.type, component.name, dict(component.inputs))
    inner = analyzer.analyze("nhi:index:AwsAgentIdentity", "aws", dict(component.inputs), parent=component.urn)
    assert levels(outer, "NHI-STA-010") == ["ADVISORY"]
    assert levels(inner, "NHI-STA-010") == []


def test_a_declared_agent_that_the_program_leaves_out_is_judged_with_the_stack(analyzer: Analyzer) -> None:
    diagnostics = analyzer.analyze_stack((t.AWS_ROLE, "role", _role()))
    assert not [one.message for one in diagnostics if "can't run policy" in one.message]
    assert levels(diagnostics, "NHI-GAT-007") == []


def test_one_unknown_resource_does_not_silence_the_stack_rules(analyzer: Analyzer) -> None:
    grant = {"role": "somebody-else", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    found = analyzer.analyze_stack(
        (t.AWS_ROLE, "unknown", {"name": UNKNOWN, "assumeRolePolicy": UNKNOWN, "tags": UNKNOWN}),
        (t.AWS_ROLE_ATTACHMENT, "grant", grant),
    )
    assert levels(found, "NHI-GAT-007") == ["MANDATORY"]


def test_a_child_belongs_to_its_parents_agent(analyzer: Analyzer) -> None:
    component = kit.component()
    analyzer.analyze(component.type, component.name, dict(component.inputs))
    found = analyzer.analyze("command:local:Command", "x", {"create": "ls"}, parent=component.urn)
    assert {parsed.finding.agent for one in found if (parsed := parse(one.message))} == {"support-agent"}


def test_a_failure_of_the_gate_itself_is_mandatory(analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("secret-looking-value")

    monkeypatch.setattr(pack, "judge_resource", broken)
    found = analyzer.analyze(t.AWS_ROLE, "role", _role())
    assert {proto.EnforcementLevel.Name(one.enforcementLevel) for one in found} >= {"MANDATORY"}
    assert all("KeyError" in one.message and "secret-looking-value" not in one.message for one in found)


def test_numbers_and_lists_arrive_as_plain_data() -> None:
    proxied = proxy.unknown_checking_proxy(
        {"days": 30.0, "ratio": 0.5, "list": [1.0, UNKNOWN, {"a": UNKNOWN}], "no": None}
    )
    assert json.dumps(pack.thaw(proxied), default=repr) == json.dumps(
        {"days": 30, "ratio": 0.5, "list": [1, "UNKNOWN", {"a": "UNKNOWN"}], "no": None}
    )


def test_the_pack_and_check_give_the_same_findings(analyzer: Analyzer) -> None:
    bad = kit.role(tags={**kit.tags(), "nhi:agent-id": "ghost-agent"})
    packed = {
        (one.rule.id, one.finding.part)
        for message in analyzer.analyze(bad.type, bad.name, dict(bad.inputs))
        if (one := parse(message.message)) is not None
    }
    context = kit.context()
    checked = {
        (one.rule.id, one.finding.part) for one in dispatch.settled(dispatch.judge_resource(bad, context), context)
    }
    assert packed == checked
    assert packed


# --- what only the whole stack tells ------------------------------------------------------------------------------


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Analyzer]:
    """A pack whose reviewed files declare an agent of a directory."""

    def loaded(_folder: Path, stack: str | None, **_: Any) -> Context:
        return e.context(stack=stack)

    monkeypatch.setattr(pack, "load_context", loaded)
    return Analyzer(tmp_path)


_ID = "5a9db0c5-0000-4000-8000-000000000001"


def _sent(resource: Any) -> tuple[str, str, dict[str, Any]]:
    """A resource as an engine sends it."""
    inputs = {key: UNKNOWN if value is kit.UNKNOWN else value for key, value in resource.inputs.items()}
    return resource.type, resource.name, inputs


def _agents(diagnostics: list[Any], rule_id: str) -> list[str | None]:
    found = (parse(one.message) for one in diagnostics)
    return [one.finding.agent for one in found if one is not None and one.rule.id == rule_id]


def test_an_id_that_is_not_known_is_followed_once_the_stack_is_whole(tenant: Analyzer) -> None:
    principal = e.principal()
    member = (t.ENTRA_DELEGATED_GRANT, "by-hand", {"servicePrincipalObjectId": UNKNOWN, "claimValues": ["Mail.Read"]})
    member[2]["resourceServicePrincipalObjectId"] = e.GRAPH_OBJECT
    assert _agents(tenant.analyze(*member), "NHI-PRM-204") == []
    depends = {"by-hand": {"servicePrincipalObjectId": principal.urn}}
    assert _agents(tenant.analyze_stack(_sent(principal), member, depends=depends), "NHI-PRM-204") == ["people-agent"]
    assert None in _agents(tenant.analyze_stack(_sent(principal), member), "NHI-GAT-007")


@pytest.mark.parametrize("written", [_ID, _ID.upper()])
def test_a_plain_id_is_compared_with_what_the_engine_calls_an_object_that_was_judged_before(
    tenant: Analyzer, written: str
) -> None:
    token, name, inputs = _sent(e.principal())
    tenant.analyze(token, name, inputs)
    grant = {"servicePrincipalObjectId": written, "resourceServicePrincipalObjectId": e.GRAPH_OBJECT}
    member = (t.ENTRA_DELEGATED_GRANT, "by-hand", {**grant, "claimValues": ["Mail.Read"]})
    tenant.analyze(*member)
    known = {**inputs, "objectId": _ID, "id": f"/servicePrincipals/{_ID}", "clientId": UNKNOWN}
    assert _agents(tenant.analyze_stack((token, name, known), member), "NHI-PRM-204") == ["people-agent"]
    elsewhere = {**known, "objectId": e.STRANGER, "id": f"/servicePrincipals/{e.STRANGER}"}
    assert _agents(tenant.analyze_stack((token, name, elsewhere), member), "NHI-PRM-204") == []


def test_what_a_component_makes_is_its_agents_and_its_instances(tenant: Analyzer) -> None:
    component = kit.component(e.agent(), instance="blue")
    tenant.analyze(component.type, component.name, _sent(component)[2])
    credential = (t.ENTRA_FEDERATED_CREDENTIAL, "credential", _sent(e.federated(subject="x"))[2])
    assert _agents(tenant.analyze(*credential, parent=component.urn), "NHI-TRU-201") == ["people-agent"]
    assert _agents(tenant.analyze(*credential), "NHI-TRU-201") == []
