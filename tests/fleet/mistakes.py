"""One-line mistakes in an agent's, an environment's or a catalog file, and in a program: what each must be told.

Owns the table. The tests that run it own how: without an engine, or on each that is present.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fleet_project import PAIR, Project

SUPPORT = "stacks/agents/support-agent.yaml"
RELEASE = "stacks/agents/release-agent.yaml"
BILLING = "stacks/agents/billing-agent.yaml"
INVENTORY = "stacks/agents/inventory-agent.yaml"
ENVIRONMENT = "stacks/environments/dev.yaml"
CATALOG = "stacks/catalog.yaml"

OWN_WORD = """\
version: acme.1
actions:
  draft_filing:
    summary: Put a draft beside its ticket
    access: write
    aws:
      - {actions: ["s3:PutObject"], resources: ["arn:aws:s3:::acme-dev-tickets/drafts/*"]}
"""


def add_catalog(project: Project, text: str) -> None:
    """Gives the project a catalog file of its own, and tells the gate and the program."""
    project.write(CATALOG, text)
    project.edit(
        "policies/gate.yaml",
        "environments: ../stacks/environments",
        f"environments: ../stacks/environments\n  catalog: [../{CATALOG}]",
    )
    project.edit("stacks/__main__.py", 'agents="agents",', 'agents="agents",\n    catalog=["catalog.yaml"],')


def with_own_catalog(project: Project) -> None:
    """Gives the project a catalog file of its own, and lets support-agent use its word."""
    add_catalog(project, OWN_WORD)
    project.edit(
        SUPPORT,
        "    - text_generation\n",
        "    - text_generation\n    - action: draft_filing\n      reason: files each draft\n",
    )
    project.edit("stacks/classes/customer-facing.yaml", "[text_generation, ", "[text_generation, draft_filing, ")


@dataclass(frozen=True)
class Mistake:
    """One line of one file, changed, and the finding that must come of it.

    `at` is a file and a text in it, after the change, whose line the finding names. `says` must stand in its text.
    `code` is how the check ends: 1 where only rules speak, 2 where the builder refuses the file as well.
    """

    name: str
    file: str
    old: str
    new: str
    rule: str
    agent: str
    at: tuple[str, str]
    says: str = ""
    agents: Sequence[str] = PAIR
    own_catalog: bool = False
    code: int = 1

    def make(self, project: Project) -> None:
        """Makes the mistake in a project."""
        project.keep(self.agents)
        if self.own_catalog:
            with_own_catalog(project)
        project.edit(self.file, self.old, self.new)

    def line(self, project: Project) -> int:
        """The line that the finding must name."""
        file, text = self.at
        content = (project.root / file).read_text(encoding="utf-8")
        if content.count(text) != 1:
            raise ValueError(f"{file}: {text!r} stands there {content.count(text)} times, not once")
        return content[: content.index(text)].count("\n") + 1


FILE_MISTAKES = (
    Mistake(
        "sponsor removed",
        SUPPORT,
        "  sponsor:\n    id: tomas.lind@example.com\n    backup: ana.reyes@example.com\n",
        "",
        "NHI-SPN-001",
        "support-agent",
        (SUPPORT, "agent_policy:"),
    ),
    Mistake(
        "sponsor a shared mailbox",
        SUPPORT,
        "id: tomas.lind@example.com",
        "id: front-desk@example.com",
        "NHI-SPN-002",
        "support-agent",
        (SUPPORT, "id: front-desk@example.com"),
    ),
    Mistake(
        "expiry past the tier's ceiling",
        SUPPORT,
        '    expires: "2027-03-31T00:00:00Z"\n    max_session',
        '    expires: "2027-12-31T00:00:00Z"\n    max_session',
        "NHI-CRD-002",
        "support-agent",
        (SUPPORT, '    expires: "2027-12-31T00:00:00Z"\n'),
    ),
    Mistake(
        "rotation_days 91",
        BILLING,
        "rotation_days: 30",
        "rotation_days: 91",
        "NHI-CRD-003",
        "billing-agent",
        (BILLING, "rotation_days: 91"),
        agents=("billing-agent",),
    ),
    Mistake(
        "an action both allowed and denied",
        SUPPORT,
        "denied_actions: [payment_processing",
        "denied_actions: [text_generation, payment_processing",
        "NHI-PRM-001",
        "support-agent",
        (SUPPORT, "    - text_generation\n"),
        says="line 19",
    ),
    Mistake(
        "s3:* in a catalog entry",
        CATALOG,
        '"s3:PutObject"',
        '"s3:*"',
        "NHI-PRM-010",
        "support-agent",
        (SUPPORT, "action: draft_filing"),
        says="s3:*",
        own_catalog=True,
    ),
    Mistake(
        "a workload subject *",
        RELEASE,
        "subject: repo:example/web-shop:environment:release",
        'subject: "*"',
        "NHI-TRU-001",
        "release-agent",
        (RELEASE, 'subject: "*"'),
    ),
    Mistake(
        "tier 3 with a tier-1 session length",
        RELEASE,
        "max_session: 15m",
        "max_session: 4h",
        "NHI-CRD-004",
        "release-agent",
        (RELEASE, "max_session: 4h"),
    ),
    Mistake(
        "a data scope bound to bucket *",
        ENVIRONMENT,
        "bucket: acme-dev-tickets",
        'bucket: "*"',
        "NHI-PRM-011",
        "support-agent",
        (SUPPORT, "- scope: ticket-archive"),
    ),
    Mistake(
        "a second agent on the first one's workload",
        INVENTORY,
        "workload: {kind: kubernetes}",
        "workload: {kind: kubernetes, service_account: support-agent}",
        "NHI-IDN-001",
        "support-agent",
        (SUPPORT, "workload: {kind: eks, cluster: main}"),
        says="support-agent and inventory-agent share one identity",
        agents=("support-agent", "inventory-agent"),
    ),
)


@dataclass(frozen=True)
class ProgramMistake:
    """Lines added to the program, and the finding about the resource that they add.

    `agent` is whom at least one finding about that resource names, with the place in the agent's file.
    """

    name: str
    lines: str
    rule: str
    agent: str | None
    target: str
    outcome: str = "fail"
    agents: Sequence[str] = PAIR
    edits: Sequence[tuple[str, str, str]] = ()
    """Edits of files that the program's mistake needs: file, old text, new text."""

    def make(self, project: Project) -> None:
        """Makes the mistake in a project."""
        project.keep(self.agents)
        for edit in self.edits:
            project.edit(*edit)
        project.program(self.lines)


_POLICY = """
import json
import pulumi_aws as aws

def document(resource):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}]})
"""

PROGRAM_MISTAKES = (
    ProgramMistake(
        "an inline policy on an agent's role",
        f"{_POLICY}\naws.iam.RolePolicy('extra', role='acme-dev-support-agent', policy=document('arn:aws:s3:::b/x'))",
        "NHI-PRM-015",
        "support-agent",
        "aws:iam/rolePolicy:RolePolicy::extra",
    ),
    ProgramMistake(
        "an access key of an agent",
        "import pulumi_aws as aws\naws.iam.AccessKey('key', user='acme-dev-support-agent')",
        "NHI-CRD-010",
        "support-agent",
        "aws:iam/accessKey:AccessKey::key",
    ),
    ProgramMistake(
        "an access key of a user beside the agents",
        "import pulumi_aws as aws\naws.iam.AccessKey('key', user='robot')",
        "NHI-CRD-010",
        None,
        "aws:iam/accessKey:AccessKey::key",
    ),
    ProgramMistake(
        "a RoleBinding to cluster-admin",
        "import pulumi_kubernetes as k8s\n"
        "k8s.rbac.v1.RoleBinding('admin', metadata={'name': 'admin', 'namespace': 'agents'},\n"
        "    role_ref={'api_group': 'rbac.authorization.k8s.io', 'kind': 'ClusterRole', 'name': 'cluster-admin'},\n"
        "    subjects=[{'kind': 'ServiceAccount', 'name': 'support-agent', 'namespace': 'agents'}])",
        "NHI-PRM-041",
        "support-agent",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding::admin",
    ),
    ProgramMistake(
        "a policy document built from another resource's output",
        f"{_POLICY}\nbucket = aws.s3.Bucket('b')\n"
        "aws.iam.RolePolicy('unknown', role='acme-dev-support-agent', policy=bucket.arn.apply(document))",
        "NHI-PRM-010",
        "support-agent",
        "aws:iam/rolePolicy:RolePolicy::unknown",
        "unproven",
    ),
    ProgramMistake(
        "a policy whose document and ARN are unknown, attached to an agent's role",
        f"{_POLICY}\nbucket = aws.s3.Bucket('b')\n"
        "policy = aws.iam.Policy('unknown', policy=bucket.arn.apply(document))\n"
        "aws.iam.RolePolicyAttachment('attached', role='acme-dev-support-agent', policy_arn=policy.arn)",
        "NHI-PRM-013",
        "support-agent",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment::attached",
        "unproven",
    ),
)

HARMLESS_LINES = {
    "a bucket": "import pulumi_aws as aws\naws.s3.Bucket('b')",
    "a policy that no agent has, with an unknown document": (
        f"{_POLICY}\nbucket = aws.s3.Bucket('other')\naws.iam.Policy('p', policy=bucket.arn.apply(document))"
    ),
    "a service's own role": (
        "import pulumi_aws as aws\n"
        'aws.iam.Role(\'web\', name=\'web-shop\', assume_role_policy=\'{"Version": "2012-10-17", "Statement": ['
        '{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}\')'
    ),
    "a config map": (
        "import pulumi_kubernetes as k8s\n"
        "k8s.core.v1.ConfigMap('c', metadata={'name': 'c', 'namespace': 'shop'}, data={'a': 'b'})"
    ),
}

HARMLESS_EDITS = {
    "a comment": (SUPPORT, "  risk_tier: 2\n", "  risk_tier: 2 # reviewed in October\n"),
    "another purpose": (SUPPORT, "Drafts replies to support tickets and", "Drafts replies and"),
    "another person": (SUPPORT, "id: tomas.lind@example.com", "id: mira.novak@example.com"),
    "an earlier end": (
        SUPPORT,
        '    expires: "2027-03-31T00:00:00Z"\n    max_session',
        '    expires: "2027-03-30T00:00:00Z"\n    max_session',
    ),
    "a shorter session": (RELEASE, "max_session: 15m", "max_session: 20m"),
    "another exact subject": (RELEASE, "web-shop:environment:release", "web-shop:environment:staging"),
    "a permission less": (SUPPORT, "    - text_generation\n", ""),
    "one more denied action": (SUPPORT, "mail_send]", "mail_send, deployment]"),
    "another bucket": (ENVIRONMENT, "bucket: acme-dev-tickets", "bucket: acme-dev-tickets-2"),
}
