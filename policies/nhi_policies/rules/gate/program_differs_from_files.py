"""NHI-GAT-001: a program declares what the reviewed files say."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import AGENT_IDENTITY, UNKNOWN, digest

from nhi_policies.declared import Context, instances_of
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.resource import Resource, above


@rule(
    id="NHI-GAT-001",
    slug="program-differs-from-files",
    severity="critical",
    kind="resource",
    targets=("agent-component",),
    controls=("OWASP-NHI6", "ASI04", "NIST-CM-3", "ISO27001-A.5.18", "AIRS-IAM-01"),
    row="1.1",
)
def program_differs_from_files(resource: Resource, context: Context) -> Iterator[Finding]:
    """A program declares exactly the agents, instances and environment that the reviewed files declare.

    Why: what nobody reviewed must not become an identity; the files are what was approved.
    Bad: a component with an agent id that no file declares, with inline text that differs from the file, or under
        another environment than the stack's.
    Fix: put the change into the agent file and have it reviewed, or read the file in the program.
    """
    if not context.from_files:
        raise NotApplicable("the gate is told no reviewed files")
    agent_id = resource.text("agentId")
    if agent_id is None:
        raise Unproven("agentId", "is missing")
    declared = context.agents.get(agent_id)
    if declared is None:
        yield Finding(
            f"the program declares agent {agent_id}, and no reviewed file for this stack does.",
            "add its agent file to the reviewed folder, or remove it from the program.",
            "agent",
        )
        return
    environment = resource.text("environment")
    expected = declared.environment.environment.environment
    if environment != expected:
        yield Finding(
            f"the program declares {agent_id} for another environment than the stack's, {expected}.",
            "pass the stack's environment file.",
            "environment",
        )
    instance = resource.text("instance")
    if instance not in instances_of(declared.agent):
        yield Finding(
            f"the program declares an instance of {agent_id} that its file does not name.",
            "name the instance in the agent file, or pass one that it names.",
            "instance",
            declared.positions.at("instances"),
        )
    if resource.peek("spec") is None and AGENT_IDENTITY in above(resource.urn):
        # A part of an `AgentIdentity`, which carries the declaration and is judged itself.
        if resource.text("specDigest") != declared.digest:
            yield _other_digest(agent_id)
        return
    spec = resource.map("spec")
    if resource.peek("specDigest") is UNKNOWN or digest(spec) != declared.digest:
        content = declared.agent.model_dump(mode="json", exclude_none=True)
        fields = sorted(key for key in {*spec, *content} if spec.get(key) != content.get(key))
        yield Finding(
            f"the program's declaration of {agent_id} differs from its file in {', '.join(fields) or 'its digest'}.",
            "put the change into the agent file and have it reviewed.",
            "spec",
            declared.positions.at(fields[0]) if fields else None,
        )
    elif resource.text("specDigest") != declared.digest:
        yield _other_digest(agent_id)


def _other_digest(agent_id: str) -> Finding:
    return Finding(
        f"the program's digest of {agent_id} is not the digest of its file.",
        "use the component unchanged; it computes the digest itself.",
        "digest",
    )
