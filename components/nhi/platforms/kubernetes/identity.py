"""The Kubernetes identity of one agent, and a cluster's admission policies, as Pulumi components.

Owns registering the records of `documents` and `admission`, and the outputs. Does not own what is registered.

No `from __future__ import annotations` here: the component host reads these annotations as types.
"""

from typing import Any

import pulumi

from nhi.contract import KUBERNETES_ADMISSION, PLATFORM_IDENTITY
from nhi.plan.model import AgentPlan
from nhi.platforms.arguments import AgentArgs, EnvironmentArgs, asked_environment, asked_plan, environment_props
from nhi.platforms.kubernetes.admission import POLICY, admission_records
from nhi.platforms.kubernetes.documents import CLUSTER_SPIFFE_ID, records
from nhi.platforms.register import Beside, after, component_props, refuse_blinding, register
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
        beside: Beside | None = None,
    ) -> None:
        refuse_blinding(name, opts)
        written = records(plan, name)
        props = component_props(plan, pinned_clock)
        super().__init__(TYPE, name, props, opts)
        made = register(written, self, beside=beside).values()
        account = service_account(plan)
        issued = next(
            (record.inputs["spec"]["spiffeIDTemplate"] for record in written if record.type == CLUSTER_SPIFFE_ID), None
        )
        self.service_account_name = after(made, account.name)
        self.namespace = after(made, account.namespace)
        self.spiffe_id = pulumi.Output.from_input(None) if issued is None else after(made, issued)
        outputs: dict[str, Any] = {"serviceAccountName": self.service_account_name, "namespace": self.namespace}
        if issued is not None:
            outputs["spiffeId"] = self.spiffe_id
        self.register_outputs({**props, **outputs})


def declare(
    plan: AgentPlan,
    name: str,
    opts: pulumi.ResourceOptions | None = None,
    pinned_clock: str | None = None,
    beside: Beside | None = None,
) -> KubernetesAgentIdentity:
    """The component for a plan that is already made: what `AgentIdentity` uses, so that a file is read once."""
    identity = KubernetesAgentIdentity.__new__(KubernetesAgentIdentity)
    identity._declare(plan, name, opts, pinned_clock, beside)
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
        made = register(written, self).values()
        names = [record.inputs["metadata"]["name"] for record in written if record.type == POLICY]
        self.policy_names = after(made, names)
        self.register_outputs({**props, "policyNames": self.policy_names})


def declare_admission(
    environment: DeclaredEnvironment, name: str, opts: pulumi.ResourceOptions | None = None
) -> KubernetesAgentAdmission:
    """The component for an environment that is already loaded."""
    admission = KubernetesAgentAdmission.__new__(KubernetesAgentAdmission)
    admission._declare(environment, name, opts)
    return admission
