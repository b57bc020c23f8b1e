"""Ten weaknesses, planted in the program and its resources and never in an agent file: what each must be told.

Owns the table. A weakness that a component's own resource gets is planted with a transformation, as somebody would
who edits a program by hand. The tests that run it own how.
"""

from __future__ import annotations

from dataclasses import dataclass

from fleet_project import Project

DECLARED = "fleet = nhi.declare_fleet("
LAST_ARGUMENT = '    clock=config.get("clock") or None,\n'

_PLANT = """\
import json

edits = {}


def edited(args):
    for change in edits.get(args.name, []):
        change(args.props)
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def plant(resource, change):
    edits.setdefault(resource, []).append(change)


def statements(resource, change, key="policy"):
    def edit(props):
        document = json.loads(props[key])
        found = {one["Sid"]: one for one in document["Statement"]}
        change(found)
        props[key] = json.dumps({**document, "Statement": list(found.values())})

    plant(resource, edit)


def statement(resource, sid, key="policy", **changes):
    def change(found):
        found.setdefault(sid, {"Sid": sid}).update(changes)
        for name in [name for name, value in found[sid].items() if value is None]:
            del found[sid][name]

    statements(resource, change, key)


"""


@dataclass(frozen=True)
class Weakness:
    """One hand-made edit, the rule that finds it, and what its finding must show.

    `before` are lines that stand before the fleet is declared. `shows` must all stand in the finding's text: the
    witness, or the path.
    """

    name: str
    rule: str
    agent: str
    shows: tuple[str, ...]
    before: str


def plant(project: Project, *weaknesses: Weakness) -> None:
    """Plants weaknesses in a project's program."""
    plant_lines(project, "".join(one.before + "\n" for one in weaknesses))


def plant_lines(project: Project, lines: str) -> None:
    """Puts lines before the fleet's declaration; what they `plant` is done to the fleet's resources."""
    project.edit("stacks/__main__.py", DECLARED, f"{_PLANT}{lines}\n{DECLARED}")
    edits = "    opts=pulumi.ResourceOptions(transformations=[edited]),\n"
    project.edit("stacks/__main__.py", LAST_ARGUMENT, LAST_ARGUMENT + edits)


_UNTIL = '{"DateLessThan": {"aws:CurrentTime": "2027-03-31T00:00:00Z"}}'

WEAKNESSES = (
    Weakness(
        "a widened resource",
        "NHI-PRM-018",
        "support-agent",
        ("s3:PutObject on arn:aws:s3:::acme-dev-tickets/",),
        before='statement("support-agent-grants-1", "AllowStoresTheDraftsBesideTheirTickets", '
        'Resource="arn:aws:s3:::acme-dev-tickets/*")',
    ),
    Weakness(
        "an extra statement",
        "NHI-PRM-018",
        "billing-agent",
        ("dynamodb:PutItem on arn:aws:dynamodb:eu-central-1:111122223333:table/dev-invoices", "for example"),
        before='statement("billing-agent-grants-1", "Extra", Effect="Allow", Action="dynamodb:PutItem", '
        f'Resource="arn:aws:dynamodb:eu-central-1:111122223333:table/dev-invoices", Condition={_UNTIL})',
    ),
    Weakness(
        "a wildcard through NotAction",
        "NHI-PRM-018",
        "release-agent",
        ("everything except a list", "for example s3:GetObject on"),
        before='statement("release-agent-grants-1", "AllowStartsTheReleasePipelineOfTheWebShopAndNothingElse", '
        'Action=None, NotAction="iam:*")',
    ),
    Weakness(
        "a deny that expires",
        "NHI-PRM-017",
        "telemetry-agent",
        ("aws:CurrentTime 2027-06-30T00:00:00Z", "is left open"),
        before='statement("telemetry-agent-guard", "DenyAfterLockDate", Condition={"DateGreaterThanEquals": '
        '{"aws:CurrentTime": "2027-03-31T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2027-06-30T00:00:00Z"}})',
    ),
    Weakness(
        "a path without a user",
        "NHI-USR-010",
        "meeting-agent",
        ("aoss:APIAccessAll on", "without identitystore:UserId"),
        before='statement("meeting-agent-grants-1", "AllowTheCollectionSOwnPolicyLetsEachPersonReadWhatIsTheirs", '
        f"Condition={_UNTIL})\n"
        'statement("meeting-agent-guard", "DenyWithoutAUser", Condition={"Null": {"identitystore:UserId": "true"}, '
        '"Bool": {"aws:SecureTransport": "false"}})',
    ),
    Weakness(
        "a role to pass and a function to make",
        "NHI-ESC-500",
        "indexing-agent",
        ("iam:PassRole on", "lambda:CreateFunction on"),
        before='statement("indexing-agent-grants-1", "Make", Effect="Allow", Action=["iam:PassRole", '
        f'"lambda:CreateFunction", "lambda:InvokeFunction"], Resource="*", Condition={_UNTIL})',
    ),
    Weakness(
        "a widened network",
        "NHI-PRM-046",
        "support-agent",
        ("for example the address 169.254.0.0",),
        before='plant("support-agent-network-policy", lambda props: props["spec"]["egress"][1]["to"][0]["ipBlock"]'
        '.update(cidr="169.254.0.0/16"))',
    ),
    Weakness(
        "access that widens at the second hop",
        "NHI-DEL-103",
        "summarisation-agent",
        ("planning-agent -> briefing-agent -> summarisation-agent", "s3:getobject on arn:aws:s3:::acme-dev-tickets/"),
        before='statement("summarisation-agent-grants-1", "Tickets", Effect="Allow", Action="s3:GetObject", '
        f'Resource="arn:aws:s3:::acme-dev-tickets/*", Condition={_UNTIL})',
    ),
    Weakness(
        "a circle through three agents",
        "NHI-DEL-102",
        "summarisation-agent",
        ("summarisation-agent -> planning-agent -> briefing-agent -> summarisation-agent",),
        before='statement("summarisation-agent-grants-1", "Back", Effect="Allow", Action=["sts:AssumeRole", '
        '"sts:TagSession"], Resource="arn:aws:iam::111122223333:role/agents/acme-dev-planning-agent", '
        f"Condition={_UNTIL})\n"
        'statement("planning-agent-role", "Back", "assume_role_policy", Effect="Allow", Action=["sts:AssumeRole", '
        '"sts:TagSession"], Principal={"AWS": "arn:aws:iam::111122223333:role/agents/acme-dev-summarisation-agent"}, '
        f"Condition={_UNTIL})",
    ),
    Weakness(
        "work that its taker did not accept",
        "NHI-DEL-102",
        "planning-agent",
        ("nor does search-agent take it (delegation.accepts_from)",),
        before='statement("planning-agent-grants-1", "Search", Effect="Allow", '
        'Action="bedrock-agentcore:InvokeAgentRuntime", '
        'Resource="arn:aws:bedrock-agentcore:eu-central-1:111122223333:runtime/search_agent-*", '
        f"Condition={_UNTIL})",
    ),
)
