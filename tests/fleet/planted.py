"""Weaknesses planted in the program beside a clean fleet, on Google Cloud, Kubernetes and Entra ID.

Owns the table. Nothing here is in an agent file: each is a resource written by hand whose access nobody declared. The
tests that run it own how.
"""

from __future__ import annotations

from dataclasses import dataclass

from entra_mistakes import ENTRA, GRAPH_OBJECT, SOMEBODY
from fleet_project import PAIR
from gcp_mistakes import GCP_AGENTS, PROJECT, PROJECT_MEMBER, TRANSLATION_MAIL
from mistakes import ENVIRONMENT, ProgramMistake

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

PLANTED = (*ON_GOOGLE_CLOUD, *ON_KUBERNETES, *ON_ENTRA)
