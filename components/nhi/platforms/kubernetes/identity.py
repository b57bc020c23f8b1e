"""The Kubernetes identity of one agent, and a cluster's admission policies, as Pulumi components.

Owns registering the records of `documents` and `admission`, and the outputs. Does not own what is registered.

No `from __future__ import annotations` here: the component host reads these annotations as types.
"""

import pulumi

from nhi.contract import KUBERNETES_ADMISSION, PLATFORM_IDENTITY
from nhi.plan.model import AgentPlan
from nhi.platforms.arguments import AgentArgs, EnvironmentArgs, asked_environment, asked_plan, environment_props
from nhi.platforms.kubernetes import documents
from nhi.platforms.kubernetes.admission import POLICY, admission_records
from nhi.platforms.register import Part, after, component_props, refuse_blinding, register
from nhi.platforms.workload import service_account
from nhi.spec.declared import DeclaredEnvironment

TYPE = PLATFORM_IDENTITY["kubernetes"]


class KubernetesAgentIdentity(pulumi.ComponentResource):
    """An agent's identity on Kubernetes: service account, roles and bindings, network policy, SPIFFE id.

    Every output resolves only after all locks stand, so nobody can start a pod as the agent before its network policy
    holds. Raises `InputError` for a file that cannot be used, and ValueError for options that would blind the gate.
    """

    service_account_name: pulumi.Output[str]
    """Name of the service account that the agent's pods run under."""
    namespace: pulumi.Output[str]
    """Namespace of the service account."""
    spiffe_id: pulumi.Output[str | None]
    """The SPIFFE id that the cluster issues to the active agent. Where it ends in `{{ .PodMeta.UID }}`, SPIRE puts the
    pod's UID there, and each pod has an id of its own."""

    def __init__(self, name: str, args: AgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if opts is not None and opts.urn:
            # Rehydrated from a reference: the resource exists, and nothing is declared again.
            super().__init__(TYPE, name, {}, opts)
            return
        self._declare(asked_plan(args, ["kubernetes"]), name, opts, args.get("clock"))

    def _declare(
        self,
        plan: AgentPlan,
        name: str,
        opts: pulumi.ResourceOptions | None,
        pinned_clock: str | None,
        part: Part | None = None,
    ) -> None:
        refuse_blinding(name, opts)
        part = part or Part(documents.records(plan, name), component_props(plan, pinned_clock), {})
        records, props = part.records, part.props
        super().__init__(TYPE, name, props, opts)
        account = service_account(plan)
        issued = (record.inputs["spec"] for record in records if record.type == documents.CLUSTER_SPIFFE_ID)
        values = {
            "serviceAccountName": account.name,
            "namespace": account.namespace,
            "spiffeId": next((spec["spiffeIDTemplate"] for spec in issued), None),
        }
        self.outputs = after(register(records, self, beside=part.beside), values)
        each = self.outputs.each
        self.service_account_name, self.namespace = each["serviceAccountName"], each["namespace"]
        self.spiffe_id = each["spiffeId"]
        self.register_outputs({**props, **{wire: each[wire] for wire, value in values.items() if value is not None}})


def declare(
    plan: AgentPlan,
    name: str,
    opts: pulumi.ResourceOptions | None = None,
    pinned_clock: str | None = None,
    part: Part | None = None,
) -> KubernetesAgentIdentity:
    """The component for a plan that is already made: what `AgentIdentity` uses, so that a file is read once.

    `part` is given where the identity is a part of an `AgentIdentity`.
    """
    identity = KubernetesAgentIdentity.__new__(KubernetesAgentIdentity)
    identity._declare(plan, name, opts, pinned_clock, part)
    return identity


class KubernetesAgentAdmission(pulumi.ComponentResource):
    """What a cluster refuses about agent identities, from everybody: declare it once for each environment's cluster.

    Raises `InputError` for an environment file that cannot be used or has no cluster, and ValueError for options that
    would blind the gate.
    """

    policy_names: pulumi.Output[list[str]]
    """Names of the admission policies, known once every one of them is bound."""

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if opts is not None and opts.urn:
            super().__init__(KUBERNETES_ADMISSION, name, {}, opts)
            return
        self._declare(asked_environment(args), name, opts)

    def _declare(self, environment: DeclaredEnvironment, name: str, opts: pulumi.ResourceOptions | None) -> None:
        refuse_blinding(name, opts)
        written = admission_records(environment, name)
        props = environment_props(environment)
        super().__init__(KUBERNETES_ADMISSION, name, props, opts)
        names = [record.inputs["metadata"]["name"] for record in written if record.type == POLICY]
        self.policy_names = after(register(written, self), {"policyNames": names}).each["policyNames"]
        self.register_outputs({**props, "policyNames": self.policy_names})


def declare_admission(
    environment: DeclaredEnvironment, name: str, opts: pulumi.ResourceOptions | None = None
) -> KubernetesAgentAdmission:
    """The component for an environment that is already loaded."""
    admission = KubernetesAgentAdmission.__new__(KubernetesAgentAdmission)
    admission._declare(environment, name, opts)
    return admission
