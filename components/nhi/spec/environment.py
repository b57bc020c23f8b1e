"""What one environment file may say: where agents live, and what a scope, a tool or a slot *is* there.

Owned by the platform team; the same agent files deploy to dev and prod under another environment file. Owns the
model. Does not own the meaning of a binding's kind (`catalog`), nor the order in which layers are laid over an agent
file (`spec.loader`).

Layers, weakest first: `defaults` (the file is silent), `agents.<id>` (bindings of one agent), the agent file itself,
`merges` (added to maps and lists), `overrides` (win over the file).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from nhi.contract import Platform
from nhi.spec.model import AgentId, DnsLabel, Flag, Part, Platforms, Text, Word

Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""An id that a directory gives: lower-case hexadecimal digits in five groups."""
IssuerUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s?#]+$", max_length=255)]
"""An OIDC issuer, letter by letter as its tokens carry it in `iss`."""
GCP_PROJECT = r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$"
Arn = Annotated[str, StringConstraints(pattern=r"^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12})?:.+$", max_length=2048)]

ContextProvider = Annotated[
    str, StringConstraints(pattern=r"^arn:aws(?:-[a-z-]+)?:iam::aws:contextProvider/[A-Za-z0-9._-]+$", max_length=256)
]
"""One of AWS's own context providers, by its exact ARN."""


class Binding(Part):
    """One object on one platform: `kind` says which template of the catalog turns the fields into permissions."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: Word


Bindings = dict[Platform, tuple[Binding, ...]]


class EksCluster(Part):
    """An EKS cluster of this environment."""

    name: Text
    oidc_issuer: Text | None = None


class AwsSecrets(Part):
    """Where an unavoidable secret lives on AWS, and what rotates it (rows 2.4, 2.5)."""

    kms_key: Arn
    rotation_lambda: Arn


class AwsEnvironment(Part):
    """The AWS account of this environment."""

    account_id: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(?:-[a-z]+)+-\d$")]
    partition: Annotated[str, StringConstraints(pattern=r"^aws(?:-[a-z-]+)?$")] = "aws"
    path: Annotated[str, StringConstraints(pattern=r"^/(?:[\w+=,.@-]+/)*$")] = "/agents/"
    permissions_boundary: Arn
    """A managed policy that the account's owners keep; no agent role exists without it."""
    clusters: dict[Word, EksCluster] = Field(default_factory=dict)
    trust_anchor: Arn | None = None
    """IAM Roles Anywhere trust anchor, needed for `spiffe` workloads."""
    secrets: AwsSecrets | None = None
    context_providers: tuple[ContextProvider, ...] = ()
    """Who may say for which user a session is: ARNs of STS context providers, in practice IAM Identity Center's
    (`arn:aws:iam::aws:contextProvider/IdentityCenter`). Needed by agents that act only on behalf of users."""
    outbound_issuer: IssuerUrl | None = None
    """Issuer of this account's outbound web identity federation: what lets a role into other clouds with no secret."""


class ClusterDns(Part):
    """The name service that agents' pods may ask."""

    namespace: DnsLabel = "kube-system"
    pod_labels: dict[str, str] = Field(default_factory=lambda: {"k8s-app": "kube-dns"})


class KubernetesEnvironment(Part):
    """The Kubernetes cluster of this environment."""

    cluster: Word
    namespace: DnsLabel
    trust_domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,255}$")]
    spire_class: Text | None = None
    oidc_issuer: Annotated[str, StringConstraints(pattern=r"^https://[^\s?#]+$")] | None = None
    spiffe_issuer: IssuerUrl | None = None
    """Issuer of the trust domain's JWT SVIDs (SPIRE's OIDC discovery provider), where other clouds can reach it."""
    dns: ClusterDns = ClusterDns()
    agent_port: Annotated[int, Field(ge=1, le=65535)] = 8443
    """The TCP port on which every agent's pods take work from other agents."""


PermissionValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", max_length=120)]
"""The value of an app role or a delegated scope, as tokens carry it: `Sites.Read.All`."""
ApiName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]*$", max_length=120)]
"""What a binding calls an API: `microsoft.graph`, or the name of an app of your own."""
AgentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:--?[a-z0-9]+)*$", max_length=89)]
"""An agent's id, and `--` and the instance where it has one."""


class EntraApi(Part):
    """An API in the tenant that agents may call. Its ids are the tenant's own; no shipped list knows them."""

    client_id: Guid
    """Application id of the API."""
    object_id: Guid
    """Object id of the API's service principal in this tenant."""
    roles: dict[PermissionValue, Guid] = Field(default_factory=dict)
    """Application roles of the API by value. A role that is not here cannot be assigned."""
    scopes: dict[PermissionValue, Guid] = Field(default_factory=dict)
    """Delegated scopes of the API by value. A scope that is not here cannot be granted."""


class EntraPasswords(Part):
    """Where an application password goes that no federated credential can replace (rows 2.4, 2.5)."""

    secret: Literal["aws-secrets-manager"]
    """The secrets manager: AWS Secrets Manager in the environment's account, under the key of `aws.secrets`."""


class EntraEnvironment(Part):
    """The Microsoft Entra tenant of this environment."""

    tenant_id: Guid
    apis: dict[ApiName, EntraApi] = Field(default_factory=dict)
    on_behalf_of: dict[AgentId, Annotated[tuple[Guid, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """Object ids of the users for whom an agent may act. Consent for all users of the tenant cannot be written."""
    google_subjects: dict[AgentName, Annotated[str, StringConstraints(pattern=r"^\d{10,30}$")]] = Field(
        default_factory=dict
    )
    """Unique ids of the Google service accounts that agents run under; Google assigns them when an account is made."""
    passwords: EntraPasswords | None = None
    class_groups: dict[Word, Guid] = Field(default_factory=dict)
    """Object ids of security groups that are there already, by agent class. A declared class that is not named here
    gets a group that a whole fleet registers beside its agents; one agent that is declared alone needs it named."""
    agent_principals: dict[AgentName, Guid] = Field(default_factory=dict)
    """Object ids of the service principals of agents that another program declares, by agent (and instance). An agent
    that is declared alone needs those named to which it hands work; a whole fleet makes them itself."""


class GkeCluster(Part):
    """A GKE cluster of this environment, with Workload Identity Federation for GKE turned on."""

    name: Text
    project_id: Annotated[str, StringConstraints(pattern=GCP_PROJECT)] | None = None
    """The project whose workload pool the cluster uses; the environment's own where none is named."""


class GcpSecrets(Part):
    """What is told when an unavoidable secret on Google Cloud is due for rotation (rows 2.4, 2.5)."""

    topic: Annotated[str, StringConstraints(pattern=r"^projects/[a-z0-9-]+/topics/[A-Za-z][A-Za-z0-9._~+%-]{2,254}$")]


class GcpEnvironment(Part):
    """The Google Cloud project of this environment."""

    project_id: Annotated[str, StringConstraints(pattern=GCP_PROJECT)]
    project_number: Annotated[str, StringConstraints(pattern=r"^\d+$")]
    location: Text = "global"
    organization_id: Annotated[str, StringConstraints(pattern=r"^\d+$")] | None = None
    """Numeric id of the organization, needed for `agent-engine` workloads and for `boundary`."""
    workload_identity_pool: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{4,32}$")] | None = None
    """Id of the workload identity pool that federated agents of this environment come through."""
    clusters: dict[Word, GkeCluster] = Field(default_factory=dict)
    boundary: Flag = False
    """Whether each agent gets a principal access boundary of its own, which keeps it inside this project."""
    secrets: GcpSecrets | None = None


class Person(Part):
    """One row of the sponsor directory."""

    active: Flag = True
    manager: str | None = None


class SponsorDirectory(Part):
    """Who may be a sponsor: the mail domains of people, and, where it is kept, the people themselves."""

    domains: tuple[Text, ...] = Field(min_length=1)
    shared_mailboxes: tuple[Text, ...] = ()
    """Further local parts or addresses that are no person, beside the built-in list of the gate."""
    people: dict[str, Person] | None = None


class LogStore(Part):
    """Where audit logs of agents go."""

    aws: Arn | None = None
    gcp: Text | None = None
    entra: Text | None = None
    kubernetes: Text | None = None


class Environment(Part):
    """One environment: accounts and clusters, sponsor directory, bindings, and layers over agent files."""

    environment: Word
    prefix: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=24)]
    profile: Annotated[str, StringConstraints(pattern=r"^(?:[a-z][a-z0-9-]*|\.{1,2}/.+\.ya?ml)$", max_length=256)] = (
        "requirements"
    )
    """A shipped profile's name, or the path of a profile file (`./ours.yaml`) relative to this file."""
    classes: Text | None = None
    """Folder of class files, relative to this file. Where it is named, an agent's class must be one of them."""
    platforms: Platforms
    aws: AwsEnvironment | None = None
    entra: EntraEnvironment | None = None
    gcp: GcpEnvironment | None = None
    kubernetes: KubernetesEnvironment | None = None
    sponsors: SponsorDirectory
    log_store: LogStore | None = None
    calendars: tuple[Text, ...] = ()

    resources: dict[Word, Bindings] = Field(default_factory=dict)
    """What the slots of the catalog's actions (`model`, `search-index`, ...) are here."""
    data_scopes: dict[Word, Bindings] = Field(default_factory=dict)
    tools: dict[Word, Bindings] = Field(default_factory=dict)

    agents: dict[AgentId, dict[str, Any]] = Field(default_factory=dict)
    defaults: dict[str, Any] = Field(default_factory=dict)
    merges: dict[str, Any] = Field(default_factory=dict)
    overrides: dict[str, Any] = Field(default_factory=dict)

    def eks_issuer(self, cluster: str) -> str | None:
        """The OIDC issuer of an EKS cluster, by the name that workloads use; None where the environment names none."""
        bound = self.aws.clusters.get(cluster) if self.aws else None
        if bound is not None and bound.oidc_issuer is not None:
            return bound.oidc_issuer
        return self.kubernetes.oidc_issuer if self.kubernetes and self.kubernetes.cluster == cluster else None
