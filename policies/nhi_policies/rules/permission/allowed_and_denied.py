"""NHI-PRM-001: nothing is both allowed and denied."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding


@rule(
    id="NHI-PRM-001",
    slug="allowed-and-denied",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI02", "NIST-AC-3", "ISO27001-A.5.15", "AICM-IAM-19"),
    row="3.2",
)
def allowed_and_denied(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """No action, data scope or tool is both allowed and denied by one agent file.

    Why: one of the two lines is a mistake, and only its writer knows which; guessing would grant or withhold too much.
    Bad: `payment_processing` in `allowed_actions` and in `denied_actions`; a scope with `read` and with `none`.
    Fix: remove the line that is wrong.
    """
    agent, at = declared.agent, declared.positions.at
    denied = {action: index for index, action in enumerate(agent.denied_actions)}
    for index, grant in enumerate(agent.allowed_actions):
        if grant.action in denied:
            other = at("denied_actions", denied[grant.action])
            yield Finding(
                f"`{grant.action}` is allowed here and denied in line {other.line}.",
                "remove one of the two lines.",
                f"action::{grant.action}",
                at("allowed_actions", index),
            )
    closed = {entry.scope: index for index, entry in enumerate(agent.data_access) if entry.access == "none"}
    for index, entry in enumerate(agent.data_access):
        if entry.access != "none" and entry.scope in closed:
            other = at("data_access", closed[entry.scope])
            yield Finding(
                f"the scope `{entry.scope}` is opened for {entry.access} here and closed in line {other.line}.",
                "remove one of the two entries.",
                f"scope::{entry.scope}",
                at("data_access", index),
            )
    refused = {entry.tool: index for index, entry in enumerate(agent.tool_access) if not entry.allowed}
    for index, entry in enumerate(agent.tool_access):
        if entry.allowed and entry.tool in refused:
            other = at("tool_access", refused[entry.tool])
            yield Finding(
                f"the tool `{entry.tool}` is allowed here and refused in line {other.line}.",
                "remove one of the two entries.",
                f"tool::{entry.tool}",
                at("tool_access", index),
            )
