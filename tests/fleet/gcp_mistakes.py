"""One-line mistakes on Google Cloud, in files and in a program, and near misses: what each must be told.

Owns the table, written before any rule about Google Cloud. The tests that run it own how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fleet_project import Project
from mistakes import CATALOG, ENVIRONMENT, Mistake, ProgramMistake, add_catalog

TRANSLATION = "stacks/agents/translation-agent.yaml"
CATALOGUE = "stacks/agents/catalogue-agent.yaml"
CONCIERGE = "stacks/agents/concierge-agent.yaml"

GCP_AGENTS = ("translation-agent", "catalogue-agent")
"""Two agents of tier 2 on Google Cloud, on Cloud Run and on GKE."""

PROJECT = "acme-agents-dev"
TRANSLATION_MAIL = f"acme-dev-translation-agent@{PROJECT}.iam.gserviceaccount.com"
CATALOGUE_MAIL = f"acme-dev-catalogue-agent@{PROJECT}.iam.gserviceaccount.com"
CATALOGUE_ACCOUNT = f"projects/{PROJECT}/serviceAccounts/{CATALOGUE_MAIL}"
_ROBOT = f"web-robot@{PROJECT}.iam.gserviceaccount.com"
OWN_ROLE = f"projects/{PROJECT}/roles/acme_dev_translation_agent_grants_fd866842"
POOL = "projects/210987654321/locations/global/workloadIdentityPools/agents"

_WORD = """\
version: acme.1
actions:
  glossary_lookup:
    summary: Look a term up in the glossary
    access: write
    gcp:
      - {permissions: ["storage.objects.get"], resources: ["//storage.googleapis.com/projects/_/buckets/acme-glossary"]}
"""
_PERMISSION = '"storage.objects.get"'
_OBJECT = "//storage.googleapis.com/projects/_/buckets/acme-glossary"


def with_own_word(project: Project) -> None:
    """Gives the project a catalog file of its own with a word for Google Cloud, and lets translation-agent use it."""
    add_catalog(project, _WORD)
    project.edit(
        TRANSLATION,
        "allowed_actions: [translation]",
        "allowed_actions:\n    - translation\n    - action: glossary_lookup\n      reason: keeps to the house's terms",
    )


@dataclass(frozen=True)
class GcpMistake(Mistake):
    """A mistake in a file of the Google Cloud agents; `own_catalog` gives them a word of their own."""

    agents: Sequence[str] = GCP_AGENTS

    def make(self, project: Project) -> None:
        """Makes the mistake in a project."""
        project.keep(self.agents)
        if self.own_catalog:
            with_own_word(project)
        project.edit(self.file, self.old, self.new)


def _word(name: str, old: str, new: str, rule: str, says: str) -> GcpMistake:
    """A mistake in the catalog's word, which the finding brings back to the agent's line."""
    at = (TRANSLATION, "action: glossary_lookup")
    return GcpMistake(name, CATALOG, old, new, rule, "translation-agent", at, says, own_catalog=True)


GCP_FILE_MISTAKES = (
    _word(
        "a catalog entry that makes tokens",
        _PERMISSION,
        '"iam.serviceAccounts.getAccessToken"',
        "NHI-ESC-300",
        "getAccessToken",
    ),
    _word(
        "a catalog entry that signs for others",
        _PERMISSION,
        '"iam.serviceAccounts.signJwt"',
        "NHI-ESC-300",
        "signJwt",
    ),
    _word(
        "a catalog entry that rewrites an allow policy",
        _PERMISSION,
        '"storage.buckets.setIamPolicy"',
        "NHI-ESC-300",
        "storage.buckets.setIamPolicy",
    ),
    _word(
        "a permission that Google does not have",
        _PERMISSION,
        '"storage.objects.gett"',
        "NHI-PRM-302",
        "storage.objects.gett",
    ),
    _word(
        "every object of the project",
        _OBJECT,
        f"projects/{PROJECT}",
        "NHI-PRM-019",
        "storage.objects.get",
    ),
    GcpMistake(
        "a data scope bound to bucket *",
        ENVIRONMENT,
        "{kind: bucket, bucket: acme-dev-knowledge, prefix: published/}",
        '{kind: bucket, bucket: "*", prefix: published/}',
        "NHI-PRM-019",
        "translation-agent",
        (TRANSLATION, "- scope: knowledge-base"),
        code=2,
    ),
    GcpMistake(
        "denied data inside data that is allowed",
        ENVIRONMENT,
        "- {kind: firestore, database: customers}",
        "- {kind: bucket, bucket: acme-dev-knowledge, prefix: published/customers/}",
        "NHI-PRM-308",
        "concierge-agent",
        (CONCIERGE, "- scope: customer-data"),
        says="storage.objects.get",
        agents=("concierge-agent",),
    ),
    GcpMistake(
        "a workload subject *",
        TRANSLATION,
        "workload: {kind: cloud-run, service: translation-agent}",
        'workload: {kind: oidc, issuer: "https://token.example.com", subject: "*", audience: "//acme"}',
        "NHI-TRU-001",
        "translation-agent",
        (TRANSLATION, 'subject: "*"'),
    ),
    GcpMistake(
        "a second agent on the first one's workload",
        TRANSLATION,
        "workload: {kind: cloud-run, service: translation-agent}",
        "workload: {kind: gke, cluster: main, service_account: catalogue-agent}",
        "NHI-IDN-001",
        "translation-agent",
        (TRANSLATION, "service_account: catalogue-agent"),
        says="translation-agent and catalogue-agent share one identity",
    ),
    GcpMistake(
        "an end beyond the tier's ceiling",
        TRANSLATION,
        '    expires: "2027-03-31T00:00:00Z"\n    max_session',
        '    expires: "2027-12-31T00:00:00Z"\n    max_session',
        "NHI-CRD-002",
        "translation-agent",
        (TRANSLATION, '    expires: "2027-12-31T00:00:00Z"\n'),
    ),
)

_UNTIL = 'request.time < timestamp("2027-03-31T00:00:00Z")'


def _member(expression: str, *, role: str = OWN_ROLE, mail: str = TRANSLATION_MAIL) -> str:
    """A member on the project, written by hand; without a condition where the expression is empty."""
    condition = f", condition={{'title': 'by hand', 'expression': {expression}}}" if expression else ""
    return (
        "import pulumi_gcp as gcp\n"
        f"gcp.projects.IAMMember('extra', project='{PROJECT}', role='{role}',\n"
        f"    member='serviceAccount:{mail}'{condition})"
    )


def _on_account(member: str, role: str = "roles/iam.workloadIdentityUser") -> str:
    """A member on catalogue-agent's account, written by hand, with an end."""
    return (
        "import pulumi_gcp as gcp\n"
        f"gcp.serviceaccount.IAMMember('extra', service_account_id='{CATALOGUE_ACCOUNT}', role='{role}',\n"
        f"    member='{member}', condition={{'title': 'by hand', 'expression': '{_UNTIL}'}})"
    )


def _provider(condition: str, mapping: str = "assertion.sub", pool: str = "agents") -> str:
    """A provider written by hand, for workflows of a code host."""
    written = f", attribute_condition={condition!r}" if condition else ""
    return (
        "import pulumi_gcp as gcp\n"
        f"gcp.iam.WorkloadIdentityPoolProvider('extra', project='{PROJECT}', workload_identity_pool_id='{pool}',\n"
        "    workload_identity_pool_provider_id='workflows',\n"
        f"    attribute_mapping={{'google.subject': '{mapping}'}}{written},\n"
        "    oidc={'issuer_uri': 'https://token.actions.githubusercontent.com', 'allowed_audiences': ['acme']})"
    )


PROJECT_MEMBER = "gcp:projects/iAMMember:IAMMember::extra"
ACCOUNT_MEMBER = "gcp:serviceaccount/iAMMember:IAMMember::extra"
PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider::extra"


def _guard(enforce: str) -> str:
    """The organization's policy about keys, for the agents' project."""
    return (
        "import pulumi_gcp as gcp\n"
        f"gcp.orgpolicy.Policy('guard', parent='projects/{PROJECT}',\n"
        f"    name='projects/{PROJECT}/policies/iam.disableServiceAccountKeyCreation',\n"
        f"    spec={{'rules': [{{'enforce': '{enforce}'}}]}})"
    )


def _mistake(
    name: str,
    lines: str,
    rule: str,
    agent: str | None,
    target: str,
    outcome: str = "fail",
    edits: Sequence[tuple[str, str, str]] = (),
) -> ProgramMistake:
    return ProgramMistake(name, lines, rule, agent, target, outcome, GCP_AGENTS, edits)


GCP_PROGRAM_MISTAKES = (
    _mistake(
        "a key of an agent's account",
        f"import pulumi_gcp as gcp\ngcp.serviceaccount.Key('key', service_account_id='{TRANSLATION_MAIL}')",
        "NHI-CRD-300",
        "translation-agent",
        "gcp:serviceaccount/key:Key::key",
    ),
    _mistake(
        "a key of an account beside the agents",
        f"import pulumi_gcp as gcp\ngcp.serviceaccount.Key('key', service_account_id='{_ROBOT}')",
        "NHI-CRD-300",
        None,
        "gcp:serviceaccount/key:Key::key",
    ),
    _mistake(
        "an HMAC key of an agent's account",
        f"import pulumi_gcp as gcp\ngcp.storage.HmacKey('key', service_account_email='{TRANSLATION_MAIL}')",
        "NHI-CRD-300",
        "translation-agent",
        "gcp:storage/hmacKey:HmacKey::key",
    ),
    _mistake(
        "an API key bound to an agent's account",
        "import pulumi_gcp as gcp\n"
        f"gcp.projects.ApiKey('key', project='{PROJECT}', service_account_email='{TRANSLATION_MAIL}')",
        "NHI-CRD-300",
        "translation-agent",
        "gcp:projects/apiKey:ApiKey::key",
    ),
    _mistake(
        "a policy that lets keys be made",
        _guard("FALSE"),
        "NHI-CRD-303",
        None,
        "gcp:orgpolicy/policy:Policy::guard",
    ),
    _mistake(
        "an agent is owner of the project",
        _member("", role="roles/owner"),
        "NHI-PRM-300",
        "translation-agent",
        PROJECT_MEMBER,
    ),
    _mistake(
        "an agent is viewer of the project",
        _member("", role="roles/viewer"),
        "NHI-PRM-300",
        "translation-agent",
        PROJECT_MEMBER,
    ),
    _mistake(
        "an agent administers a bucket",
        "import pulumi_gcp as gcp\n"
        "gcp.storage.BucketIAMMember('extra', bucket='acme-dev-knowledge', role='roles/storage.admin',\n"
        f"    member='serviceAccount:{TRANSLATION_MAIL}',\n"
        f"    condition={{'title': 'by hand', 'expression': '{_UNTIL}'}})",
        "NHI-PRM-300",
        "translation-agent",
        "gcp:storage/bucketIAMMember:BucketIAMMember::extra",
    ),
    _mistake(
        "an agent holds a role that Google keeps",
        "import pulumi_gcp as gcp\n"
        "gcp.storage.BucketIAMMember('extra', bucket='acme-dev-knowledge', role='roles/storage.objectViewer',\n"
        f"    member='serviceAccount:{TRANSLATION_MAIL}',\n"
        f"    condition={{'title': 'by hand', 'expression': '{_UNTIL}'}})",
        "NHI-PRM-301",
        "translation-agent",
        "gcp:storage/bucketIAMMember:BucketIAMMember::extra",
    ),
    _mistake(
        "somebody may make tokens in the whole project",
        f"import pulumi_gcp as gcp\ngcp.projects.IAMMember('extra', project='{PROJECT}',\n"
        "    role='roles/iam.serviceAccountTokenCreator', member='user:ana.reyes@example.com')",
        "NHI-ESC-301",
        None,
        PROJECT_MEMBER,
    ),
    _mistake(
        "somebody may run anything as any account of the project",
        f"import pulumi_gcp as gcp\ngcp.projects.IAMMember('extra', project='{PROJECT}',\n"
        "    role='roles/iam.serviceAccountUser', member='group:developers@example.com')",
        "NHI-ESC-301",
        None,
        PROJECT_MEMBER,
    ),
    _mistake(
        "a custom role that signs for every account of the project",
        f"import pulumi_gcp as gcp\ngcp.projects.IAMCustomRole('signer', project='{PROJECT}', role_id='signer',\n"
        "    title='Signer', permissions=['iam.serviceAccounts.signBlob'])\n"
        f"gcp.projects.IAMMember('extra', project='{PROJECT}', role='projects/{PROJECT}/roles/signer',\n"
        "    member='user:ana.reyes@example.com')",
        "NHI-ESC-302",
        None,
        PROJECT_MEMBER,
    ),
    _mistake(
        "a provider without a condition in the agents' pool",
        _provider(""),
        "NHI-TRU-300",
        None,
        PROVIDER,
    ),
    _mistake(
        "a provider in the agents' pool whose condition lets others in",
        _provider('assertion.repository_owner == "example"'),
        "NHI-TRU-301",
        None,
        PROVIDER,
    ),
    _mistake(
        "a provider in the agents' pool that maps another claim to the subject",
        _provider('assertion.sub == "repo:example/web-shop"', "assertion.repository"),
        "NHI-TRU-301",
        None,
        PROVIDER,
    ),
    _mistake(
        "a bucket for everyone",
        "import pulumi_gcp as gcp\n"
        "gcp.storage.BucketIAMMember('extra', bucket='acme-dev-knowledge', role='roles/storage.objectViewer',\n"
        "    member='allUsers')",
        "NHI-TRU-303",
        None,
        "gcp:storage/bucketIAMMember:BucketIAMMember::extra",
    ),
    _mistake(
        "everyone who has an account may become an agent",
        _on_account("allAuthenticatedUsers"),
        "NHI-TRU-303",
        "catalogue-agent",
        ACCOUNT_MEMBER,
    ),
    _mistake(
        "everyone in a pool may become an agent",
        _on_account(f"principalSet://iam.googleapis.com/{POOL}/*"),
        "NHI-TRU-304",
        "catalogue-agent",
        ACCOUNT_MEMBER,
    ),
    _mistake(
        "another pod may become an agent",
        _on_account(f"serviceAccount:{PROJECT}.svc.id.goog[shop/checkout]"),
        "NHI-TRU-302",
        "catalogue-agent",
        ACCOUNT_MEMBER,
    ),
    _mistake(
        "another account makes an agent's tokens",
        _on_account(f"serviceAccount:{TRANSLATION_MAIL}", "roles/iam.serviceAccountTokenCreator"),
        "NHI-TRU-302",
        "catalogue-agent",
        ACCOUNT_MEMBER,
    ),
    _mistake(
        "a person may run things as an agent",
        _on_account("user:ana.reyes@example.com", "roles/iam.serviceAccountUser"),
        "NHI-TRU-302",
        "catalogue-agent",
        ACCOUNT_MEMBER,
    ),
    _mistake(
        "an authoritative binding on the project",
        f"import pulumi_gcp as gcp\ngcp.projects.IAMBinding('extra', project='{PROJECT}', role='roles/viewer',\n"
        "    members=['group:developers@example.com'])",
        "NHI-PRM-305",
        None,
        "gcp:projects/iAMBinding:IAMBinding::extra",
    ),
    _mistake(
        "an authoritative policy of a bucket",
        "import pulumi_gcp as gcp\nimport json\n"
        "gcp.storage.BucketIAMPolicy('extra', bucket='acme-dev-knowledge', policy_data=json.dumps({'bindings': []}))",
        "NHI-PRM-305",
        None,
        "gcp:storage/bucketIAMPolicy:BucketIAMPolicy::extra",
    ),
    _mistake(
        "a member without end",
        _member(""),
        "NHI-EXP-300",
        "translation-agent",
        PROJECT_MEMBER,
    ),
    _mistake(
        "a member that ends after the agent's last day",
        _member("""'request.time < timestamp("2027-04-01T00:00:00Z")'"""),
        "NHI-EXP-300",
        "translation-agent",
        PROJECT_MEMBER,
    ),
    _mistake(
        "a condition that is no CEL",
        _member("'request.time <'"),
        "NHI-EXP-300",
        "translation-agent",
        PROJECT_MEMBER,
        "unproven",
    ),
    _mistake(
        "a condition that always holds",
        _member(f"""'{_UNTIL} || resource.name != ""'"""),
        "NHI-EXP-300",
        "translation-agent",
        PROJECT_MEMBER,
        "unproven",
    ),
    _mistake(
        "a condition built from another resource's output",
        "import pulumi_gcp as gcp\n"
        f"robot = gcp.serviceaccount.Account('r', project='{PROJECT}', account_id='web-robot')\n"
        + _member("robot.unique_id.apply(lambda number: f'resource.name == \"{number}\"')"),
        "NHI-EXP-300",
        "translation-agent",
        PROJECT_MEMBER,
        "unproven",
    ),
    _mistake(
        "an account that takes over one that exists",
        f"import pulumi_gcp as gcp\ngcp.serviceaccount.Account('taken', project='{PROJECT}', account_id='web-shop',\n"
        "    create_ignore_already_exists=True)",
        "NHI-IDN-300",
        None,
        "gcp:serviceaccount/account:Account::taken",
    ),
    _mistake(
        "another service under an agent's account",
        f"import pulumi_gcp as gcp\ngcp.cloudrunv2.Service('debug', name='debug', location='europe-west3',\n"
        f"    project='{PROJECT}', template={{'service_account': '{TRANSLATION_MAIL}',\n"
        "    'containers': [{'image': 'europe-docker.pkg.dev/acme/shop/debug:1'}]})",
        "NHI-IDN-302",
        "translation-agent",
        "gcp:cloudrunv2/service:Service::debug",
    ),
    _mistake(
        "an agent in a group",
        "import pulumi_gcp as gcp\n"
        "gcp.cloudidentity.GroupMembership('member', group='groups/01abcdefghijkl', roles=[{'name': 'MEMBER'}],\n"
        f"    preferred_member_key={{'id': '{TRANSLATION_MAIL}'}})",
        "NHI-IDN-302",
        "translation-agent",
        "gcp:cloudidentity/groupMembership:GroupMembership::member",
    ),
    _mistake(
        "an agent that may raise itself",
        "import pulumi_gcp as gcp\n"
        f"gcp.privilegedaccessmanager.Entitlement('raise', entitlement_id='raise', parent='projects/{PROJECT}',\n"
        "    location='global', max_request_duration='3600s', requester_justification_config={'unstructured': {}},\n"
        f"    eligible_users=[{{'principals': ['serviceAccount:{TRANSLATION_MAIL}']}}],\n"
        "    privileged_access={'gcp_iam_access': {'resource_type': 'cloudresourcemanager.googleapis.com/Project',\n"
        f"        'resource': '//cloudresourcemanager.googleapis.com/projects/{PROJECT}',\n"
        "        'role_bindings': [{'role': 'roles/editor'}]}})",
        "NHI-ESC-303",
        "translation-agent",
        "gcp:privilegedaccessmanager/entitlement:entitlement::raise",
    ),
    _mistake(
        "a stopped agent whose account is enabled",
        f"import pulumi_gcp as gcp\ngcp.serviceaccount.Account('again', project='{PROJECT}',\n"
        "    account_id='acme-dev-translation-agent', disabled=False)",
        "NHI-STA-300",
        "translation-agent",
        "gcp:serviceaccount/account:Account::again",
        edits=[(TRANSLATION, "  risk_tier: 2\n", "  risk_tier: 2\n  state: suspended\n")],
    ),
)

GCP_HARMLESS_LINES = {
    "a bucket": "import pulumi_gcp as gcp\ngcp.storage.Bucket('gcp-bucket', location='EU')",
    "a service's own account and what it may do": (
        f"import pulumi_gcp as gcp\ngcp.serviceaccount.Account('robot', project='{PROJECT}', account_id='web-robot')\n"
        "gcp.storage.BucketIAMMember('robot-reads', bucket='acme-dev-images', role='roles/storage.objectViewer',\n"
        f"    member='serviceAccount:{_ROBOT}')"
    ),
    "a policy that keeps keys out": _guard("TRUE"),
    "people who look": (
        f"import pulumi_gcp as gcp\ngcp.projects.IAMMember('look', project='{PROJECT}', role='roles/viewer',\n"
        "    member='group:developers@example.com')"
    ),
    "a custom role of people": (
        f"import pulumi_gcp as gcp\ngcp.projects.IAMCustomRole('reader', project='{PROJECT}', role_id='log_reader',\n"
        "    title='Log reader', permissions=['logging.logEntries.list'])\n"
        f"gcp.projects.IAMMember('reads', project='{PROJECT}', role='projects/{PROJECT}/roles/log_reader',\n"
        "    member='user:ana.reyes@example.com')"
    ),
    "a provider of a pool that is not the agents'": _provider(
        'assertion.repository == "example/web-shop"', pool="deployments"
    ),
    "a service under its own account": (
        "import pulumi_gcp as gcp\ngcp.cloudrunv2.Service('robot', name='robot', location='europe-west3',\n"
        f"    deletion_protection=False, project='{PROJECT}', template={{'service_account': '{_ROBOT}',\n"
        "    'containers': [{'image': 'europe-docker.pkg.dev/acme/shop/robot:1'}]})"
    ),
    "the workload that the file declares": (
        "import pulumi_gcp as gcp\ngcp.cloudrunv2.Service('declared', name='translation-agent',\n"
        f"    location='europe-west3', project='{PROJECT}', deletion_protection=False,\n"
        f"    template={{'service_account': '{TRANSLATION_MAIL}',\n"
        "    'containers': [{'image': 'europe-docker.pkg.dev/acme/shop/translation:1'}]})"
    ),
}

NOT_IN_THE_SANDBOX = {"a bucket", "a service under its own account", "the workload that the file declares"}
"""Harmless lines with types that the stand-in for Google Cloud does not serve."""

GCP_HARMLESS_EDITS = {
    "a comment on a cloud run agent": (TRANSLATION, "  risk_tier: 2\n", "  risk_tier: 2 # reviewed in October\n"),
    "another purpose on Google Cloud": (TRANSLATION, "Translates published articles", "Translates articles"),
    "an earlier end on Google Cloud": (
        TRANSLATION,
        '    expires: "2027-03-31T00:00:00Z"\n    max_session',
        '    expires: "2027-03-30T00:00:00Z"\n    max_session',
    ),
    "another Cloud Run service": (TRANSLATION, "service: translation-agent}", "service: translator}"),
    "one more denied action on Google Cloud": (
        TRANSLATION,
        "denied_actions: [credential_management]",
        "denied_actions: [credential_management, identity_administration]",
    ),
    "another service account in the cluster": (
        CATALOGUE,
        "workload: {kind: gke, cluster: main}",
        "workload: {kind: gke, cluster: main, service_account: writer}",
    ),
    "another prefix of the bucket": (
        ENVIRONMENT,
        "{kind: bucket, bucket: acme-dev-knowledge, prefix: published/}",
        "{kind: bucket, bucket: acme-dev-knowledge, prefix: articles/}",
    ),
    "no boundary": (ENVIRONMENT, "  boundary: true\n", ""),
}
