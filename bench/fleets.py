"""Generated fleets to measure with: any number of agents, in a project of their own.

Owns the shape of a generated fleet: three tiers in turn, AWS and Kubernetes, no two agents on one workload. It is made
from the example project, so its environments, program and gate are the ones that users copy.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

_AGENT = """\
agent_policy:
  agent_id: agent-{number:05}
  purpose: Generated agent number {number}
  owner_team: team-{team}
  risk_tier: {tier}
  platforms: [aws, kubernetes]
  sponsor: {{id: sponsor.{team}@example.com, backup: backup.{team}@example.com}}
  allowed_actions: [text_generation, queue_publish]
  denied_actions: [payment_processing, credential_management]
  data_access:
    - {{scope: knowledge-base, access: read}}
    - {{scope: ticket-archive, access: write}}
    - {{scope: customer-data, access: none}}
  tool_access:
    - {{tool: ticket-api, allowed: true}}
    - {{tool: database-write, allowed: false}}
  credential:
    type: workload_identity
    expires: "2027-01-15T00:00:00Z"
    max_session: 15m
    workload: {{kind: eks, cluster: main}}
"""


def project(folder: Path, agents: int) -> Path:
    """A project with this many generated agents in stack `dev`. Answers its root."""
    for name in ("stacks", "policies"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "nhi_policies"))
    for name in ("Pulumi.yaml", "policies/PulumiPolicy.yaml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        text = text.replace("virtualenv: ../.venv", f"virtualenv: {sys.prefix}")
        (folder / name).write_text(text.replace("virtualenv: .venv", f"virtualenv: {sys.prefix}"), encoding="utf-8")
    shutil.rmtree(folder / "stacks" / "agents")
    (folder / "stacks" / "agents").mkdir()
    for number in range(agents):
        text = _AGENT.format(number=number, team=number % 50, tier=number % 3 + 1)
        (folder / "stacks" / "agents" / f"agent-{number:05}.yaml").write_text(text, encoding="utf-8")
    return folder
