"""Fixtures of NHI-GAT-001."""

from dataclasses import replace
from typing import Any

from nhi.contract import AGENT_IDENTITY, PLATFORM_IDENTITY
from nhi_policies.view.resource import Resource

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-001"
_TWO = kit.agent(instances=["blue", "green"])


def part(above: str = f"{AGENT_IDENTITY}$", **changes: Any) -> Resource:
    """What `AgentIdentity` registers for one platform: the same facts without the declaration itself."""
    token = PLATFORM_IDENTITY["aws"]
    whole = kit.component(**changes)
    return replace(
        whole,
        type=token,
        urn=f"urn:pulumi:dev::nhi::{above}{token}::{whole.name}",
        inputs={wire: value for wire, value in whole.inputs.items() if wire != "spec"},
    )


GOOD = [Case("the component of the file", kit.component())]
BAD = [
    Case("an agent without a file", kit.component(agentId="ghost-agent"), expect="ghost-agent"),
    Case("one more allowed action", kit.component(**{"spec.allowed_actions": []}), expect="allowed_actions"),
    Case("a later end date", kit.component(**{"spec.credential.expires": "2027-12-31T00:00:00Z"}), expect="credential"),
    Case("another environment", kit.component(environment="prod"), expect="environment"),
    Case("an instance that is not named", kit.component(instance="red"), kit.context(), "instance"),
    Case("no instance where two are named", kit.component(_TWO), kit.context(_TWO), "instance"),
    Case("a digest of something else", kit.component(specDigest="1:0"), expect="digest"),
    Case("a part of an identity with another digest", part(specDigest="1:0"), expect="digest"),
    Case("a platform's identity alone that does not say what it declares", part(above=""), expect="allowed_actions"),
    Case("the same under a component that is not ours", part(above="acme:index:Team$"), expect="allowed_actions"),
]
NEAR_MISS = [
    Case("a named instance", kit.component(_TWO, instance="blue"), kit.context(_TWO)),
    Case("numbers come as floats from the engine", kit.component(**{"spec.risk_tier": 2.0})),
    Case("a part of an identity, which carries the declaration", part()),
    Case("without files the program is all there is", kit.component(agentId="x"), kit.context(from_files=False)),
]
UNKNOWN = [
    Case("an unknown declaration", kit.component(spec=kit.UNKNOWN), expect="spec"),
    Case("an unknown part of it", kit.component(**{"spec.purpose": kit.UNKNOWN}), expect="spec.purpose"),
    Case("an unknown digest of a part", part(specDigest=kit.UNKNOWN), expect="specDigest"),
    Case("an unknown agent id", kit.component(agentId=kit.UNKNOWN), expect="agentId"),
]
