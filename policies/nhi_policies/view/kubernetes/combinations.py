"""Permissions of RBAC that are harmless one by one, or with names, and lead to another identity or place together.

Owns the table, each entry with the public page that describes it (not each was read again). Does not own permissions
that lead there alone (`escalation`), nor what an agent holds (`effective`). `{ns}` stands for one namespace: all parts
must hold in the same one. An entry with `through_account` needs an account in that namespace that may do something the
agent may not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nhi_policies.view.combinations import Combination, Part, on

_GOOD_PRACTICE = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
_CHANGE = ("update", "patch")
_WRITE = ("create", *_CHANGE)
_READ = ("get", "list", "watch")


@dataclass(frozen=True, slots=True)
class InCluster:
    """A combination in a cluster, and whether it takes an account that may do more."""

    combination: Combination
    through_account: bool = False

    def within(self, namespace: str) -> Combination:
        """The combination in one namespace."""
        return on(lambda pattern: (pattern.replace("{ns}", namespace),), (self.combination,))[0]

    @property
    def kinds(self) -> tuple[frozenset[str], ...]:
        """For each part its kinds as `group/resource`."""
        return tuple(
            frozenset("/".join(one.split("/")[1:3]) for one in part.resources) for part in self.combination.parts
        )


def _on(kinds: str, *, everywhere: bool = False) -> tuple[str, ...]:
    """Patterns of kinds, each `<group>/<resource>` (`/secrets` of the core group)."""
    return tuple(f"{'*' if everywhere else '{ns}'}/{kind}/*" for kind in kinds.split())


def _runs(name: str, verbs: tuple[str, ...], kinds: str, gains: str, source: str) -> InCluster:
    return InCluster(Combination(name, (Part(verbs, _on(kinds)),), gains, source), through_account=True)


COMBINATIONS: Final[tuple[InCluster, ...]] = (
    InCluster(
        Combination(
            "token-in-a-secret",
            (Part(("create",), _on("/secrets")), Part(_READ, _on("/secrets"))),
            "write a Secret that the cluster fills with the token of any account of the namespace, and read it",
            "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/",
        )
    ),
    _runs(
        "workload-as-another",
        _CHANGE,
        "apps/deployments apps/statefulsets apps/daemonsets apps/replicasets batch/cronjobs /replicationcontrollers",
        "have a workload run as an account that may do more",
        f"{_GOOD_PRACTICE}#workload-creation",
    ),
    _runs(
        "image-of-a-pod",
        _CHANGE,
        "/pods",
        "put an image of its own into a running pod, which keeps the account of the pod",
        "https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement",
    ),
    _runs(
        "workflow-as-another",
        _WRITE,
        "argoproj.io/workflows argoproj.io/cronworkflows argoproj.io/workflowtemplates",
        "have a workflow run its steps as an account that may do more",
        "https://argo-workflows.readthedocs.io/en/latest/service-accounts/",
    ),
    _runs(
        "pipeline-as-another",
        _WRITE,
        "tekton.dev/taskruns tekton.dev/pipelineruns",
        "have a pipeline run its steps as an account that may do more",
        "https://tekton.dev/docs/pipelines/taskruns/#specifying-serviceaccount-credentials",
    ),
    _runs(
        "service-as-another",
        _WRITE,
        "serving.knative.dev/services serving.knative.dev/configurations",
        "have a service run as an account that may do more",
        "https://knative.dev/docs/serving/reference/serving-api/",
    ),
    InCluster(
        Combination(
            "secret-from-outside",
            (Part(_WRITE, _on("external-secrets.io/externalsecrets")), Part(_READ, _on("/secrets"))),
            "have any value of the secret store copied into a Secret that it reads",
            "https://external-secrets.io/latest/guides/security-best-practices/",
        )
    ),
    InCluster(
        Combination(
            "certificate-of-another",
            (
                Part(_WRITE, _on("cert-manager.io/certificates cert-manager.io/certificaterequests")),
                Part(_READ, _on("/secrets")),
            ),
            "ask an issuer for a certificate in any name and read its key",
            "https://cert-manager.io/docs/policy/approval/approver-policy/",
        )
    ),
    InCluster(
        Combination(
            "objects-from-a-repository",
            (
                Part(
                    _WRITE,
                    _on(
                        "source.toolkit.fluxcd.io/gitrepositories source.toolkit.fluxcd.io/ocirepositories "
                        "source.toolkit.fluxcd.io/buckets source.toolkit.fluxcd.io/helmrepositories"
                    ),
                ),
                Part(_WRITE, _on("kustomize.toolkit.fluxcd.io/kustomizations helm.toolkit.fluxcd.io/helmreleases")),
            ),
            "have a controller apply whatever stands in a repository of its own",
            "https://fluxcd.io/flux/installation/configuration/multitenancy/",
        )
    ),
    InCluster(
        Combination(
            "applications-of-a-project",
            (Part(_WRITE, _on("argoproj.io/applications")), Part(_WRITE, _on("argoproj.io/appprojects"))),
            "lift what a project may deploy, and have a controller deploy it",
            "https://argo-cd.readthedocs.io/en/stable/user-guide/projects/",
        )
    ),
    InCluster(
        Combination(
            "traffic-to-another-namespace",
            (
                Part(_WRITE, _on("/services")),
                Part(_WRITE, _on("/endpoints discovery.k8s.io/endpointslices")),
            ),
            "send what comes in through a load balancer to pods of other namespaces, past their network policies",
            "https://github.com/kubernetes/kubernetes/issues/103675",
        )
    ),
    InCluster(
        Combination(
            "pods-on-a-chosen-node",
            (
                Part(_CHANGE, _on("/nodes /nodes:status", everywhere=True)),
                Part(("delete", "create"), (*_on("/pods /pods:eviction"),)),
            ),
            "drive other pods, with their tokens, onto a node of its choice",
            "https://www.paloaltonetworks.com/resources/whitepapers/"
            "kubernetes-privilege-escalation-excessive-permissions-in-popular-platforms",
        )
    ),
)
