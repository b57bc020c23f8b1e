"""One-line mistakes on Microsoft Entra ID, in files and in a program: what each must be told. Written before the rules.

Owns the table, and the small tenant with its agents in which each mistake is made. What a mistake is stands in
`mistakes`; the tests that run them own how.

Ids of Microsoft Graph are the real ones; every other id is made up.
"""

from __future__ import annotations

from dataclasses import dataclass

from fleet_project import Project
from mistakes import CATALOG, ENVIRONMENT, Mistake, ProgramMistake

DIRECTORY = "stacks/agents/directory-agent.yaml"
MAIL = "stacks/agents/mail-agent.yaml"
EXPORT = "stacks/agents/export-agent.yaml"
ARCHIVE = "stacks/agents/archive-agent.yaml"

GRAPH_OBJECT = "0de00000-0000-4000-8000-000000000010"
ROLE_MANAGEMENT = "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"
APP_ROLE_ASSIGNMENT = "06b708a9-e830-4db3-a914-8e69da51d44f"
USER_READ = "df021288-bdef-4463-88db-98f22de89214"
REPORTS_READ = "230c1aed-a721-4c5d-9cb4-a90514e508ef"
USER = "0de00000-0000-4000-8000-000000000101"
SOMEBODY = "0d9c8b7a-6f5e-4d3c-8b2a-190817263544"

# A table of ids and no grant: the platform team wrote down more of them than any agent may have.
MORE_ROLES = f"""\
        Directory.ReadWrite.All: 19dbc75e-c2e2-444c-a770-ec69d8559fc7
        RoleManagement.ReadWrite.Directory: {ROLE_MANAGEMENT}
        Application.ReadWrite.All: 1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9
"""
MORE_SCOPES = "        Directory.AccessAsUser.All: 0e263e50-5827-48a4-b97c-d940288653c7\n"

# What the example fleet has none of: an agent with a stored credential, and one that is stopped.
OWN_AGENTS = {
    EXPORT: """\
agent_policy:
  agent_id: export-agent
  sponsor: mira.novak@example.com
  risk_tier: 2
  purpose: Hands the list of staff to the canteen
  owner_team: people
  platforms: [aws, entra]
  data_access:
    - {scope: staff-directory, access: read}
  tool_access:
    - {tool: hr-portal, allowed: true}
  credential:
    type: oauth2_client_credentials
    rotation_days: 30
    expires: "2027-03-31T00:00:00Z"
    workload: {kind: lambda, function: dev-export}
""",
    ARCHIVE: """\
agent_policy:
  agent_id: archive-agent
  sponsor: mira.novak@example.com
  risk_tier: 2
  purpose: Filed old reports
  owner_team: people
  platforms: [entra]
  state: suspended
  data_access:
    - {scope: staff-directory, access: read}
  credential:
    type: oidc_federation
    expires: "2027-03-31T00:00:00Z"
    workload:
      kind: oidc
      issuer: https://workloads.dev.example.com
      subject: agent/archive-agent
      audience: api://AzureADTokenExchange
""",
}
AGENTS = ("directory-agent", "mail-agent")

OWN_WORD = """\
version: acme.1
actions:
  renew_registration:
    summary: Renew an application's registration
    access: write
    entra:
      - {api: microsoft.graph, roles: [User.Read.All]}
"""


def tenant(project: Project) -> Project:
    """Keeps the agents that live in the tenant only, adds this module's, and writes more ids into the tables."""
    project.keep(AGENTS)
    for file, text in OWN_AGENTS.items():
        project.write(file, text)
    roles = f"        User.Read.All: {USER_READ}\n"
    project.edit(ENVIRONMENT, roles, roles + MORE_ROLES)
    scopes = "        Mail.ReadWrite: 024d486e-b451-40bb-833d-3e66d98c5c73\n"
    project.edit(ENVIRONMENT, scopes, scopes + MORE_SCOPES)
    project.edit(ENVIRONMENT, "  on_behalf_of:\n", "  passwords: {secret: aws-secrets-manager}\n  on_behalf_of:\n")
    project.edit(ENVIRONMENT, "roles: [User.Read.All]", "roles: [User.Read.All, Directory.ReadWrite.All]")
    project.edit(
        ENVIRONMENT,
        "scopes: [Mail.Read, Mail.ReadWrite]",
        "scopes: [Mail.Read, Mail.ReadWrite, Directory.AccessAsUser.All]",
    )
    return project


@dataclass(frozen=True)
class EntraMistake(Mistake):
    """One line of one file, changed in a project with this module's tenant. `own_catalog` gives export-agent a word."""

    def make(self, project: Project) -> None:
        """Makes the mistake in a project."""
        tenant(project)
        if self.own_catalog:
            with_own_word(project)
        project.edit(self.file, self.old, self.new)


def with_own_word(project: Project) -> None:
    """Gives the project a catalog file of its own, and lets export-agent use its word."""
    project.write(CATALOG, OWN_WORD)
    folder = "environments: ../stacks/environments"
    project.edit("policies/gate.yaml", folder, f"{folder}\n  catalog: [../{CATALOG}]")
    project.edit("stacks/__main__.py", 'agents="agents",', 'agents="agents",\n    catalog=["catalog.yaml"],')
    project.edit(EXPORT, "  data_access:\n", "  allowed_actions:\n    - renew_registration\n  data_access:\n")


FILE_MISTAKES = (
    EntraMistake(
        "a tool bound to a permission to manage directory roles",
        ENVIRONMENT,
        "{kind: app, name: hr-portal, roles: [Absence.Read.All]}",
        "{kind: app, name: microsoft.graph, roles: [RoleManagement.ReadWrite.Directory]}",
        "NHI-ESC-200",
        "export-agent",
        (EXPORT, "tool: hr-portal"),
        says="RoleManagement.ReadWrite.Directory",
    ),
    EntraMistake(
        "a harmless name over the id of a privileged permission",
        ENVIRONMENT,
        f"User.Read.All: {USER_READ}",
        f"User.Read.All: {APP_ROLE_ASSIGNMENT}",
        "NHI-ESC-200",
        "directory-agent",
        (DIRECTORY, "- scope: staff-directory"),
        says="AppRoleAssignment.ReadWrite.All",
    ),
    EntraMistake(
        "a scope opened for administration",
        EXPORT,
        "{scope: staff-directory, access: read}",
        "{scope: staff-directory, access: admin}",
        "NHI-ESC-200",
        "export-agent",
        (EXPORT, "scope: staff-directory"),
        says="Directory.ReadWrite.All",
    ),
    EntraMistake(
        "a delegated scope with which it is whoever signs in",
        MAIL,
        "access: write",
        "access: admin",
        "NHI-ESC-200",
        "mail-agent",
        (MAIL, "- scope: mailbox"),
        says="Directory.AccessAsUser.All",
    ),
    EntraMistake(
        "a word of the catalog that writes applications",
        CATALOG,
        "roles: [User.Read.All]",
        "roles: [Application.ReadWrite.All]",
        "NHI-ESC-200",
        "export-agent",
        (EXPORT, "- renew_registration"),
        says="Application.ReadWrite.All",
        own_catalog=True,
    ),
    EntraMistake(
        "a federated subject with a wildcard",
        ENVIRONMENT,
        "subject: agent/directory-agent",
        "subject: agent/*",
        "NHI-TRU-001",
        "directory-agent",
        (ENVIRONMENT, "subject: agent/*"),
    ),
    EntraMistake(
        "a second agent on the first one's subject",
        MAIL,
        "    max_session: 1h\n",
        "    max_session: 1h\n    workload: {kind: oidc, issuer: https://workloads.dev.example.com, "
        "subject: agent/directory-agent, audience: api://AzureADTokenExchange}\n",
        "NHI-IDN-001",
        "mail-agent",
        (MAIL, "workload: {kind: oidc"),
    ),
    EntraMistake(
        "an end date past the tier's ceiling",
        DIRECTORY,
        '"2027-03-31T00:00:00Z"',
        '"2027-12-31T00:00:00Z"',
        "NHI-CRD-002",
        "directory-agent",
        (DIRECTORY, '"2027-12-31T00:00:00Z"'),
    ),
    EntraMistake(
        "no issuer any more, so that a password takes the federation's place",
        ENVIRONMENT,
        "  outbound_issuer: https://0d9f4a6e2b7c.tokens.sts.global.api.aws\n",
        "",
        "NHI-CRD-201",
        "export-agent",
        (EXPORT, "type: oauth2_client_credentials"),
        says="exception",
    ),
)

# --- the program --------------------------------------------------------------------------------------------------

# A preview knows none of these ids, so it does not matter that the sandbox looks none of them up.
ENTRA = """
import pulumi_azuread as azuread

def principal(agent):
    return fleet.agents[agent].entra["servicePrincipalId"]

def application(agent):
    return fleet.agents[agent].entra["clientId"].apply(lambda id: f"/applications/{id}")
"""
_ISSUER = "https://workloads.dev.example.com"
_DIRECTORY_SUBJECT = "agent/directory-agent"
_AUDIENCE = "api://AzureADTokenExchange"


def _token(name: str) -> str:
    return f"azuread:index/{name[0].lower()}{name[1:]}:{name}"


def _mistake(name: str, type: str, urn_name: str, arguments: str, rule: str, **more: str) -> ProgramMistake:
    """A hand-written resource for directory-agent; `outcome` and `agent` where they are not the usual ones."""
    return ProgramMistake(
        name,
        f"{ENTRA}\nazuread.{type}({urn_name!r}, {arguments})",
        rule,
        more.get("agent", "directory-agent"),
        f"{_token(type)}::{urn_name}",
        more.get("outcome", "fail"),
    )


_OF = "application_id=application('directory-agent')"
_TO = "principal_object_id=principal('directory-agent')"


def _federated(name: str, issuer: str = _ISSUER, subject: str = _DIRECTORY_SUBJECT, audience: str = _AUDIENCE) -> str:
    return f"{_OF}, display_name={name!r}, issuer={issuer!r}, subject={subject!r}, audiences=[{audience!r}]"


_FEDERATED = "ApplicationFederatedIdentityCredential"
_FLEXIBLE = "ApplicationFlexibleFederatedIdentityCredential"
_DELEGATED = "ServicePrincipalDelegatedPermissionGrant"
_ELIGIBILITY = "DirectoryRoleEligibilityScheduleRequest"

PROGRAM_MISTAKES = (
    # Secrets.
    _mistake("a password without end", "ApplicationPassword", "endless", _OF, "NHI-CRD-202"),
    _mistake(
        "a password of ten years",
        "ApplicationPassword",
        "long",
        f"{_OF}, end_date='2036-11-01T00:00:00Z', rotate_when_changed={{'window': '2026-11-01'}}",
        "NHI-CRD-202",
    ),
    _mistake(
        "a password whose end counts from its making",
        "ApplicationPassword",
        "relative",
        f"{_OF}, end_date_relative='240h'",
        "NHI-CRD-202",
    ),
    _mistake(
        "a certificate without end",
        "ApplicationCertificate",
        "certificate",
        f"{_OF}, value='PEM', type='AsymmetricX509Cert'",
        "NHI-CRD-200",
    ),
    _mistake(
        "an application with a password in it",
        "Application",
        "inline",
        "display_name='by-hand', tags=['nhi:agent-id=directory-agent'], password={'display_name': 'p'}",
        "NHI-CRD-200",
    ),
    _mistake(
        "a password of the service principal",
        "ServicePrincipalPassword",
        "principal-password",
        "service_principal_id=principal('directory-agent').apply(lambda id: f'/servicePrincipals/{id}')",
        "NHI-CRD-200",
    ),
    # Who may become it.
    _mistake("a wildcard subject", _FEDERATED, "wild", _federated("wild", subject="agent/*"), "NHI-TRU-200"),
    _mistake("another audience", _FEDERATED, "aud", _federated("aud", audience="sts.amazonaws.com"), "NHI-TRU-200"),
    _mistake(
        "a subject that the file does not declare",
        _FEDERATED,
        "subject",
        _federated("subject", subject="agent/other-agent"),
        "NHI-TRU-201",
    ),
    _mistake(
        "an issuer that the file does not declare",
        _FEDERATED,
        "issuer",
        _federated("issuer", issuer="https://gitlab.example.net"),
        "NHI-TRU-201",
    ),
    _mistake(
        "a federated credential by pattern",
        _FLEXIBLE,
        "flexible",
        f"{_OF}, display_name='flexible', issuer={_ISSUER!r}, audience={_AUDIENCE!r},\n"
        "    claims_matching_expression=\"claims['sub'] matches 'agent/*'\"",
        "NHI-TRU-200",
    ),
    _mistake(
        "an application for every tenant",
        "Application",
        "tenants",
        "display_name='tenants', tags=['nhi:agent-id=directory-agent'], sign_in_audience='AzureADMultipleOrgs'",
        "NHI-TRU-203",
    ),
    _mistake(
        "a principal that anybody may ask for tokens",
        "ServicePrincipal",
        "open",
        "client_id=fleet.agents['directory-agent'].entra['clientId'], tags=['nhi:agent-id=directory-agent'],\n"
        "    app_role_assignment_required=False",
        "NHI-TRU-204",
    ),
    _mistake(
        "the sponsor as an owner",
        "ApplicationOwner",
        "owner",
        f"{_OF}, owner_object_id={USER!r}",
        "NHI-SPN-200",
    ),
    # What it may do.
    _mistake(
        "a privileged app role by its id",
        "AppRoleAssignment",
        "privileged",
        f"{_TO}, resource_object_id={GRAPH_OBJECT!r}, app_role_id={ROLE_MANAGEMENT!r}",
        "NHI-ESC-200",
    ),
    _mistake(
        "a privileged scope by its value",
        _DELEGATED,
        "as-user",
        f"service_principal_object_id=principal('mail-agent'), user_object_id={USER!r},\n"
        f"    resource_service_principal_object_id={GRAPH_OBJECT!r}, claim_values=['Directory.AccessAsUser.All']",
        "NHI-ESC-200",
        agent="mail-agent",
    ),
    _mistake(
        "an app role that the file does not declare",
        "AppRoleAssignment",
        "undeclared",
        f"{_TO}, resource_object_id={GRAPH_OBJECT!r}, app_role_id={REPORTS_READ!r}",
        "NHI-PRM-201",
    ),
    _mistake(
        "an app role that nobody knows",
        "AppRoleAssignment",
        "unheard-of",
        f"{_TO}, resource_object_id={GRAPH_OBJECT!r}, app_role_id={SOMEBODY!r}",
        "NHI-PRM-200",
    ),
    _mistake(
        "an app role for an agent that acts for users only",
        "AppRoleAssignment",
        "without-user",
        "principal_object_id=principal('mail-agent'),\n"
        f"    resource_object_id={GRAPH_OBJECT!r}, app_role_id={REPORTS_READ!r}",
        "NHI-USR-200",
        agent="mail-agent",
    ),
    _mistake(
        "an app role for a principal that no stack makes",
        "AppRoleAssignment",
        "somebody",
        f"principal_object_id={SOMEBODY!r}, resource_object_id={GRAPH_OBJECT!r}, app_role_id={REPORTS_READ!r}",
        "NHI-GAT-007",
        agent="",
    ),
    _mistake(
        "consent for every user of the tenant",
        _DELEGATED,
        "everybody",
        "service_principal_object_id=principal('mail-agent'),\n"
        f"    resource_service_principal_object_id={GRAPH_OBJECT!r}, claim_values=['Mail.Read']",
        "NHI-PRM-204",
        agent="mail-agent",
    ),
    _mistake(
        "a directory role",
        "DirectoryRoleAssignment",
        "administrator",
        f"{_TO}, role_id='e8611ab8-c189-46e8-94e1-60213ab1f814', directory_scope_id='/'",
        "NHI-ESC-201",
    ),
    _mistake(
        "membership of a directory role",
        "DirectoryRoleMember",
        "member",
        f"role_object_id={SOMEBODY!r}, member_object_id=principal('directory-agent')",
        "NHI-ESC-201",
    ),
    _mistake(
        "a directory role to be activated",
        _ELIGIBILITY,
        "eligible",
        "principal_id=principal('directory-agent'), role_definition_id='e8611ab8-c189-46e8-94e1-60213ab1f814',\n"
        "    directory_scope_id='/', justification='on call'",
        "NHI-ESC-201",
    ),
    _mistake(
        "a group that may hold directory roles",
        "Group",
        "assignable",
        "display_name='assignable', security_enabled=True, assignable_to_role=True,\n"
        "    members=[principal('directory-agent')]",
        "NHI-ESC-201",
    ),
    _mistake(
        "membership of a group",
        "GroupMember",
        "in-group",
        f"group_object_id={SOMEBODY!r}, member_object_id=principal('directory-agent')",
        "NHI-PRM-205",
    ),
    # Stopped.
    _mistake(
        "a stopped agent whose principal is enabled",
        "ServicePrincipal",
        "awake",
        "client_id=fleet.agents['archive-agent'].entra['clientId'], tags=['nhi:agent-id=archive-agent'],\n"
        "    account_enabled=True, app_role_assignment_required=True",
        "NHI-STA-011",
        agent="archive-agent",
    ),
)

HARMLESS_LINES = {
    "an application of a service, with its principal, its pipeline and a permission": (
        f"{ENTRA}\n"
        "shop = azuread.Application('shop', display_name='web-shop', prevent_duplicate_names=True)\n"
        "web = azuread.ServicePrincipal('shop', client_id=shop.client_id)\n"
        "azuread.ApplicationFederatedIdentityCredential('shop', application_id=shop.id, display_name='deploy',\n"
        f"    issuer={_ISSUER!r}, subject='service/web-shop', audiences=[{_AUDIENCE!r}])\n"
        "azuread.AppRoleAssignment('shop', principal_object_id=web.object_id,\n"
        f"    resource_object_id={GRAPH_OBJECT!r}, app_role_id={REPORTS_READ!r})"
    ),
    "a group of people": (
        f"{ENTRA}\nreaders = azuread.Group('readers', display_name='readers', security_enabled=True)\n"
        f"azuread.GroupMember('reader', group_object_id=readers.object_id, member_object_id={USER!r})"
    ),
    "a directory role that is defined and given to nobody": (
        f"{ENTRA}\nazuread.CustomDirectoryRole('reader', display_name='reader', enabled=True, version='1',\n"
        "    permissions=[{'allowed_resource_actions': ['microsoft.directory/applications/basic/read']}])"
    ),
    "a rule of conditional access": (
        f"{ENTRA}\nazuread.ConditionalAccessPolicy('ours', display_name='from our network only', state='enabled',\n"
        "    conditions={'applications': {'included_applications': ['All']}, 'client_app_types': ['all'],\n"
        "        'users': {'included_users': ['None']},\n"
        "        'client_applications': {'included_service_principals': ['ServicePrincipalsInMyTenant']}},\n"
        "    grant_controls={'operator': 'OR', 'built_in_controls': ['block']})"
    ),
}

HARMLESS_EDITS = {
    "another exact subject": (ENVIRONMENT, "subject: agent/directory-agent", "subject: agent/directory-agent-2"),
    "another issuer, reviewed": (
        ENVIRONMENT,
        "issuer: https://workloads.dev.example.com\n        subject: agent/mail-agent",
        "issuer: https://gitlab.example.com\n        subject: agent/mail-agent",
    ),
    "an earlier end": (DIRECTORY, '"2027-03-31T00:00:00Z"', '"2027-03-30T00:00:00Z"'),
    "a permission less": (EXPORT, "  tool_access:\n    - {tool: hr-portal, allowed: true}\n", ""),
    "one more denied action": (DIRECTORY, "denied_actions: [user_data", "denied_actions: [mail_send, user_data"),
    "one user less to act for": (ENVIRONMENT, "      - 0de00000-0000-4000-8000-000000000102\n", ""),
    "one more id in the table": (
        ENVIRONMENT,
        MORE_SCOPES,
        f"{MORE_SCOPES}        Mail.Send: e383f46e-2787-4529-855e-0e479a3ffac0\n",
    ),
    "another purpose": (ARCHIVE, "Filed old reports", "Filed the reports of old"),
}
