"""What a caller is granted on a platform so that it can hand work over on one edge, and nothing beside it.

Owns the permissions that an edge brings without a word of `allowed_actions`. Builder and judge both ask this module, so
that they are declared as any other grant: who has one without the edge, or a wider one, holds more than its file says.
Does not own which edges there are (`fleet.delegation`), nor whom a callee lets in (each platform's builder and judge).
What an edge takes on Google Cloud, Entra ID and Kubernetes stands in `invocation`.

AWS. A callee whose workload stands behind an API that IAM guards is called there: its function, or its runtime. Any
other callee has nothing that could be called, so its role is assumed. A caller with a certificate has a source identity
in its session, which goes with it into the next one and has to be allowed there as well; further down the chain it is
not, so a chain of assumed roles that starts with a certificate ends after one hop. That fails closed.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html,
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-permissions.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Protocol

from nhi.catalog.invocation import entra_grants, google_grants
from nhi.catalog.meaning import agent_platforms
from nhi.contract import Platform, identity_name
from nhi.permissions.model import Grant, Origin
from nhi.spec.declared import DeclaredAgent
from nhi.spec.environment import AwsEnvironment
from nhi.spec.model import AgentCoreWorkload, LambdaWorkload, SpiffeWorkload

Way = Literal["invoke", "assume"]
"""How work is handed over on AWS: the callee's workload is called, or its role is assumed."""


class HandsOver(Protocol):
    """What an edge has to tell (`fleet.delegation.Edge`, which this room may not know)."""

    @property
    def caller(self) -> DeclaredAgent:
        """Who hands work over."""
        ...

    @property
    def callee(self) -> DeclaredAgent:
        """Who takes it."""
        ...

    @property
    def origin(self) -> Origin:
        """The caller's line that names the callee."""
        ...


def edge_grants(
    edge: HandsOver, platform: Platform, instances: Iterable[str | None], end: datetime | None
) -> tuple[Grant, ...]:
    """What the caller of an edge is granted on a platform; nothing where the two do not both live on it.

    `instances` are the callee's active ones, `(None,)` for an agent that is its own only instance. `end` is when the
    edge ends, the earlier of both agents' lock dates.
    """
    if not all(platform in agent_platforms(one) for one in (edge.caller, edge.callee)):
        return ()
    if platform == "aws":
        return tuple(_aws(edge, tuple(instances), end))
    if platform == "gcp":
        return google_grants(edge.callee, edge_reason(edge), edge.origin, end)
    if platform == "entra":
        return entra_grants(edge.caller, edge.callee, instances, edge_reason(edge), edge.origin, end)
    return ()


def edge_reason(edge: HandsOver) -> str:
    """Why the caller has the grants of an edge."""
    return f"hands work to {edge.callee.agent.agent_id}"


# --- AWS ---------------------------------------------------------------------------------------------------------


def way_on_aws(edge: HandsOver) -> Way | None:
    """How work is handed over on AWS; None where the two do not both live there."""
    if edge.callee.environment.environment.aws is None:
        return None
    if not all("aws" in agent_platforms(one) for one in (edge.caller, edge.callee)):
        return None
    return "invoke" if isinstance(_workload(edge.callee), LambdaWorkload | AgentCoreWorkload) else "assume"


def hop_tag(hop: int) -> str:
    """The session tag that carries who made a hop: hop 1 is the first of a chain."""
    return f"nhi:hop-{hop}"


def assume_actions(edge: HandsOver) -> tuple[str, ...]:
    """What a caller must be allowed on the role that it assumes, and by that role's trust."""
    carried = ("sts:SetSourceIdentity",) if isinstance(_workload(edge.caller), SpiffeWorkload) else ()
    return ("sts:AssumeRole", *carried, "sts:TagSession")


def agent_role_arns(declared: DeclaredAgent, instances: Iterable[str | None]) -> tuple[str, ...]:
    """The ARNs of an agent's roles, sorted; none where the environment has no AWS account."""
    environment = declared.environment.environment
    aws = environment.aws
    if aws is None:
        return ()
    names = (identity_name("aws:role", environment.prefix, declared.agent.agent_id, one) for one in instances)
    return tuple(sorted(f"arn:{aws.partition}:iam::{aws.account_id}:role{aws.path}{name}" for name in names))


def _aws(edge: HandsOver, instances: tuple[str | None, ...], end: datetime | None) -> Iterable[Grant]:
    aws = edge.callee.environment.environment.aws
    if aws is None or not instances:
        return
    match _workload(edge.callee):
        case LambdaWorkload(function=function):
            # The function as it stands, no version or alias of it: those may be older code.
            actions, resources = ("lambda:InvokeFunction",), (_arn(aws, "lambda", f"function:{_letters(function)}"),)
        case AgentCoreWorkload(runtime=runtime):
            # AWS ends a runtime's name in a dash and ten characters, and the name itself has no dash. A call asks for
            # the runtime and for one of its endpoints.
            whole = _arn(aws, "bedrock-agentcore", f"runtime/{_letters(runtime)}-??????????")
            actions, resources = ("bedrock-agentcore:InvokeAgentRuntime",), (whole, f"{whole}/runtime-endpoint/*")
        case _:
            actions, resources = assume_actions(edge), agent_role_arns(edge.callee, instances)
    yield Grant("aws", "allow", actions, resources, "write", edge_reason(edge), edge.origin, expires=end)


def _workload(declared: DeclaredAgent) -> object:
    return declared.agent.credential.workload if declared.agent.credential else None


def _arn(aws: AwsEnvironment, service: str, resource: str) -> str:
    return f"arn:{aws.partition}:{service}:{aws.region}:{aws.account_id}:{resource}"


def _letters(name: str) -> str:
    """A name so that IAM takes it letter by letter: a file that writes a wildcard names nothing rather than many."""
    return "".join(f"${{{one}}}" if one in "*?$" else one for one in name)
