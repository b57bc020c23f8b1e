"""Weaknesses planted in the program beside a clean fleet, on all four platforms.

Owns the table. Nothing here is in an agent file: each is a resource written by hand whose access nobody declared, or
on AWS a document of the component that the program changes. The tests that run it own how.
"""

from __future__ import annotations

from dataclasses import dataclass

from entra_mistakes import ENTRA, GRAPH_OBJECT, SOMEBODY
from fleet_project import PAIR, Project
from gcp_mistakes import GCP_AGENTS, PROJECT, PROJECT_MEMBER, TRANSLATION_MAIL
from mistakes import ENVIRONMENT, SUPPORT, ProgramMistake, add_catalog
from nhi.catalog.invocation import app_role_id
from weaknesses import plant_lines

READS_OBJECTS = f"projects/{PROJECT}/roles/acme_dev_translation_agent_grants_93473295"
"""translation-agent's own role that reads objects: the file declares it for one prefix of one bucket."""
_UNTIL = 'request.time < timestamp("2027-03-31T00:00:00Z")'
_DECLARED = 'resource.name.startsWith("projects/_/buckets/acme-dev-knowledge/objects/published/")'


@dataclass(frozen=True)
class Planted(ProgramMistake):
    """A planted weakness; `shows` is the part of the finding's text with the request that it lets through."""

    shows: str = ""


def _member(expression: str, role: str = f"'{READS_OBJECTS}'") -> str:
    return (
        f"gcp.projects.IAMMember('extra', project='{PROJECT}', role={role},\n"
        f"    member='serviceAccount:{TRANSLATION_MAIL}',\n"
        f"    condition={{'title': 'by hand', 'expression': {expression!r}}})"
    )


def _google(name: str, lines: str, rule: str, shows: str) -> Planted:
    lines = f"import pulumi_gcp as gcp\n{lines}"
    return Planted(name, lines, rule, "translation-agent", PROJECT_MEMBER, "fail", GCP_AGENTS, shows=shows)


def _role_by_hand(*permissions: str) -> str:
    return (
        f"by_hand = gcp.projects.IAMCustomRole('by-hand', project='{PROJECT}', role_id='by_hand', title='By hand',\n"
        f"    permissions={list(permissions)!r})\n" + _member(_UNTIL, f"'projects/{PROJECT}/roles/by_hand'")
    )


ON_GOOGLE_CLOUD = (
    _google(
        "a wider prefix",
        _member(f"{_UNTIL} && {_DECLARED.replace('published/', 'p')}"),
        "NHI-PRM-304",
        "storage.objects.get on //storage.googleapis.com/projects/_/buckets/acme-dev-knowledge/objects/p ",
    ),
    _google(
        "a second object behind an or",
        _member(f'{_UNTIL} && ({_DECLARED} || resource.name == "projects/_/buckets/acme-dev-payroll/objects/all.csv")'),
        "NHI-PRM-304",
        "storage.objects.get on //storage.googleapis.com/projects/_/buckets/acme-dev-payroll/objects/all.csv ",
    ),
    _google(
        "an extra permission in a role of its own",
        _role_by_hand("run.routes.invoke"),
        "NHI-PRM-304",
        "run.routes.invoke on projects/acme-agents-dev (request.time ",
    ),
    _google(
        "a member that outlives nothing but the agent",
        _member(f'request.time < timestamp("2027-04-30T00:00:00Z") && {_DECLARED}'),
        "NHI-EXP-300",
        "it ends on 2027-04-30T00:00:00Z, after the agent's lock date 2027-03-31T00:00:00Z",
    ),
    _google(
        "pushing an image and moving its tag",
        _role_by_hand("artifactregistry.repositories.uploadArtifacts", "artifactregistry.tags.update"),
        "NHI-ESC-530",
        "artifactregistry.repositories.uploadArtifacts on projects/acme-agents-dev (request.time ",
    ),
)


_RANGE = (
    (
        ENVIRONMENT,
        "- {kind: service, namespace: support, pod_labels: {app: ticket-api}}",
        "- {kind: cidr, cidr: 198.51.100.0/28, port: 443}",
    ),
)
"""The tool that support-agent uses lies in a range of addresses: the clean fleet opens that range."""


def _cluster(name: str, lines: str, rule: str, target: str, shows: str) -> Planted:
    lines = f"import pulumi_kubernetes as k8s\n{lines}"
    return Planted(name, lines, rule, "support-agent", f"kubernetes:{target}", "fail", PAIR, _RANGE, shows)


def _policy_to(cidr: str) -> str:
    return (
        "k8s.networking.v1.NetworkPolicy('extra', metadata={'name': 'extra', 'namespace': 'agents'}, spec={\n"
        "    'pod_selector': {'match_labels': {'nhi/agent-id': 'support-agent'}},\n"
        "    'policy_types': ['Ingress', 'Egress'],\n"
        f"    'egress': [{{'to': [{{'ip_block': {{'cidr': '{cidr}'}}}}],\n"
        "                'ports': [{'port': 443, 'protocol': 'TCP'}]}]})"
    )


def _role(name: str, *rules: str) -> str:
    """A Role by hand with these rules, bound to support-agent's account until its end."""
    meta = (
        f"metadata={{'name': '{name}', 'namespace': 'agents',\n"
        "    'annotations': {'nhi/expires': '2027-03-31T00:00:00Z'}}"
    )
    return (
        f"k8s.rbac.v1.Role('{name}', {meta}, rules=[{', '.join(rules)}])\n"
        f"k8s.rbac.v1.RoleBinding('{name}', {meta},\n"
        f"    role_ref={{'api_group': 'rbac.authorization.k8s.io', 'kind': 'Role', 'name': '{name}'}},\n"
        "    subjects=[{'kind': 'ServiceAccount', 'name': 'support-agent', 'namespace': 'agents'}])\n"
    )


def _rule(verb: str, kind: str, name: str = "") -> str:
    group, _, resource = kind.rpartition("/")
    named = f", 'resource_names': ['{name}']" if name else ""
    return f"{{'api_groups': ['{group}'], 'resources': ['{resource}'], 'verbs': ['{verb}']{named}}}"


_ROLE = "rbac.authorization.k8s.io/v1:Role::"

ON_KUBERNETES = (
    _cluster(
        "a wider address range",
        _policy_to("198.51.100.0/27"),
        "NHI-PRM-046",
        "networking.k8s.io/v1:NetworkPolicy::extra",
        "for example the address 198.51.100.16.",
    ),
    _cluster(
        "an extra verb",
        _role("extra", _rule("watch", "configmaps")),
        "NHI-PRM-046",
        f"{_ROLE}extra",
        "for example watch on agents//configmaps/",
    ),
    _cluster(
        "secrets that the cluster fills, by two roles",
        _role("writes", _rule("create", "secrets")) + _role("reads", _rule("get", "secrets", "own-token")),
        "NHI-ESC-540",
        f"{_ROLE}writes",
        "get on agents//secrets/own-token (request.time ",
    ),
)

ON_ENTRA = (
    Planted(
        "a scope for a user for whom nobody let it act",
        f"{ENTRA}\nazuread.ServicePrincipalDelegatedPermissionGrant('extra',\n"
        f"    service_principal_object_id=principal('mail-agent'),\n"
        f"    user_object_id={SOMEBODY!r}, resource_service_principal_object_id={GRAPH_OBJECT!r},\n"
        "    claim_values=['Mail.Read'])",
        "NHI-PRM-201",
        "mail-agent",
        "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant::extra",
        agents=("directory-agent", "mail-agent"),
        shows=f"scope:Mail.Read on microsoft.graph (user {SOMEBODY}",
    ),
)

# --- AWS: the component's own documents, changed on their way to the engine -----------------------------------------

_END = "2027-03-31T00:00:00Z"
_OFFICE = """\
version: acme.1
actions:
  office_lookup:
    summary: Look one object up, from the office's network only
    access: read
    aws:
      - actions: ["s3:GetObject"]
        resources: ["arn:aws:s3:::acme-dev-office/*"]
        conditions: {IpAddress: {"aws:SourceIp": ["203.0.113.0/24"]}}
"""


@dataclass(frozen=True)
class PlantedOnAws(Planted):
    """A change of one of support-agent's policies; `own_word` lets it read from the office's network beforehand."""

    own_word: bool = False

    def make(self, project: Project) -> None:
        """Makes the mistake in a project."""
        self.clean(project)
        plant_lines(project, self.lines)

    def clean(self, project: Project) -> None:
        """What stands there before it is planted."""
        project.keep(self.agents)
        if self.own_word:
            add_catalog(project, _OFFICE)
            word = "    - text_generation\n    - action: office_lookup\n      reason: looks terms up\n"
            project.edit(SUPPORT, "    - text_generation\n", word)
            project.edit(
                "stacks/classes/customer-facing.yaml", "[text_generation, ", "[text_generation, office_lookup, "
            )


def _aws(
    name: str, policy: str, lines: str, rule: str, shows: str, target: str = "", own_word: bool = False
) -> Planted:
    """`lines` change `statements`, the policy's statements by Sid."""
    body = "\n    ".join(lines.splitlines())
    return PlantedOnAws(
        name,
        f"def by_hand(statements):\n    {body}\n\n\nstatements('support-agent-{policy}', by_hand)\n",
        rule,
        "support-agent",
        target or f"aws:iam/policy:Policy::support-agent-{policy}",
        agents=PAIR,
        shows=shows,
        own_word=own_word,
    )


def _extra(*statements: str) -> str:
    """Statements by hand, each allowed until the agent's end."""
    until = f'"Effect": "Allow", "Condition": {{"DateLessThan": {{"aws:CurrentTime": "{_END}"}}}}'
    return "\n".join(
        f'statements["Extra{number}"] = {{"Sid": "Extra{number}", {until}, {text}}}'
        for number, text in enumerate(statements)
    )


_READ = 'statements["AllowDataAccessKnowledgeBaseRead"]'
_WORKER = "arn:aws:iam::111122223333:role/worker"
_ROLE_OF_SUPPORT = "aws:iam/role:Role::support-agent-role"

ON_AWS = (
    _aws(
        "a widened resource",
        "grants-1",
        f'{_READ}["Resource"] = ["arn:aws:s3:::acme-dev-knowledge/*"]',
        "NHI-PRM-018",
        "allows s3:GetObject on arn:aws:s3:::acme-dev-knowledge/*, which no declared grant covers; for example "
        "s3:GetObject on arn:aws:s3:::acme-dev-knowledge/ ",
    ),
    _aws(
        "an extra statement",
        "grants-1",
        _extra('"Action": "sqs:ReceiveMessage", "Resource": "arn:aws:sqs:eu-central-1:111122223333:dev-back-office"'),
        "NHI-PRM-018",
        "statement Extra0 of support-agent-grants-1 allows sqs:ReceiveMessage on ",
    ),
    _aws(
        "a wildcard through NotAction",
        "grants-1",
        _extra('"NotAction": ["iam:*", "sts:*"], "Resource": "*"'),
        "NHI-PRM-018",
        "allows everything except a list, which no declared grant covers; for example s3:GetObject on * ",
    ),
    _aws(
        "everything in a folder but one object",
        "grants-1",
        _extra('"Action": "s3:GetObject", "NotResource": "arn:aws:s3:::acme-dev-payroll/*"'),
        "NHI-PRM-018",
        "allows s3:GetObject on everything except a list, which no declared grant covers; for example s3:GetObject on ",
    ),
    _aws(
        "a grant that only the guard stops",
        "grants-1",
        _extra('"Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::111122223333:user/robot"'),
        "NHI-PRM-018",
        "only a deny or the boundary of the role keeps it within the file",
    ),
    _aws(
        "a deny that has expired",
        "guard",
        'statements["DenyToolAccessDatabaseWriteDenied"]["Condition"] = {\n'
        '    "DateLessThan": {"aws:CurrentTime": "2026-12-01T00:00:00Z"}}',
        "NHI-PRM-017",
        "for example lambda:InvokeFunction on arn:aws:lambda:eu-central-1:111122223333:function:dev-database-write "
        "(aws:CurrentTime ",
        _ROLE_OF_SUPPORT,
    ),
    _aws(
        "a deny after the end that leaves a service out",
        "guard",
        'del statements["DenyAfterLockDate"]["Action"]\nstatements["DenyAfterLockDate"]["NotAction"] = "s3:*"',
        "NHI-PRM-017",
        f"nothing denies everything to the role acme-dev-support-agent from {_END} on; for example s3:GetObject on * ",
        _ROLE_OF_SUPPORT,
    ),
    _aws(
        "a pass of any role and the making of functions",
        "grants-1",
        _extra(
            f'"Action": "iam:PassRole", "Resource": "{_WORKER}"',
            '"Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"',
        ),
        "NHI-ESC-500",
        f"iam:PassRole on {_WORKER} by statement Extra0 of support-agent-grants-1; lambda:CreateFunction on * by "
        "statement Extra1 of support-agent-grants-1",
    ),
    _aws(
        "a wider network",
        "grants-1",
        'statements["AllowLooksTermsUp"]["Condition"]["IpAddress"]["aws:SourceIp"] = "203.0.112.0/23"',
        "NHI-PRM-018",
        "aws:SourceIp 203.0.112.0).",
        own_word=True,
    ),
)


_HANDING_OVER = ("helpdesk-agent", "faq-agent", "glossary-agent", "directory-agent")
"""A caller with two callees, and an agent that hands work to nobody."""


def _handed_over(name: str, lines: str, rule: str, agent: str, target: str, shows: str) -> Planted:
    return Planted(name, lines, rule, agent, target, "fail", _HANDING_OVER, shows=shows)


_RUN_MEMBER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"

HANDED_OVER = (
    _handed_over(
        "an invoker whom no file names",
        "import pulumi_gcp as gcp\n"
        f"gcp.cloudrunv2.ServiceIamMember('extra', project='{PROJECT}', location='europe-west3',\n"
        "    name='glossary-agent', role='roles/run.invoker', member='group:shop@example.com')",
        "NHI-DEL-300",
        "glossary-agent",
        f"{_RUN_MEMBER}::extra",
        "group:shop@example.com invoke glossary-agent",
    ),
    _handed_over(
        "an ingress from strangers",
        "import pulumi_kubernetes as k8s\n"
        "k8s.networking.v1.NetworkPolicy('extra', metadata={'name': 'extra', 'namespace': 'agents'}, spec={\n"
        "    'pod_selector': {'match_labels': {'nhi/agent-id': 'faq-agent'}},\n"
        "    'policy_types': ['Ingress', 'Egress'],\n"
        "    'ingress': [{'from': [{'pod_selector': {'match_labels': {'app': 'web'}}}],\n"
        "                 'ports': [{'port': 8443, 'protocol': 'TCP'}]}]})",
        "NHI-DEL-400",
        "faq-agent",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy::extra",
        "lets in app=web of namespace agents on TCP port 8443",
    ),
    _handed_over(
        "an agent's role without consent",
        f"{ENTRA}\nazuread.AppRoleAssignment('extra', principal_object_id=principal('directory-agent'),\n"
        f"    resource_object_id=principal('faq-agent'), app_role_id={app_role_id('faq-agent')!r})",
        "NHI-DEL-200",
        "directory-agent",
        "azuread:index/appRoleAssignment:AppRoleAssignment::extra",
        "directory-agent does not hand work to faq-agent (delegation.allowed_targets)",
    ),
    _handed_over(
        "more for a delegate than its caller may hand on",
        "import pulumi_gcp as gcp\n"
        f"gcp.projects.IAMCustomRole('by-hand', project='{PROJECT}', role_id='by_hand', title='By hand',\n"
        "    permissions=['bigquery.tables.getData'])\n"
        f"gcp.bigquery.DatasetIamMember('extra', project='{PROJECT}', dataset_id='sales',\n"
        f"    role='projects/{PROJECT}/roles/by_hand',\n"
        f"    member='serviceAccount:acme-dev-glossary-agent@{PROJECT}.iam.gserviceaccount.com',\n"
        "    condition={'title': 'by hand', 'expression': 'request.time < timestamp(\"2027-02-28T00:00:00Z\")'})",
        "NHI-DEL-011",
        "glossary-agent",
        "gcp:bigquery/datasetIamMember:DatasetIamMember::extra",
        "over helpdesk-agent -> glossary-agent glossary-agent may bigquery.tables.getData on //bigquery.",
    ),
)

PLANTED = (*ON_GOOGLE_CLOUD, *ON_KUBERNETES, *ON_ENTRA, *ON_AWS, *HANDED_OVER)
