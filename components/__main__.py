"""Serves the components to programs in any Pulumi language: TypeScript, Go, C#, Java, YAML."""

from importlib.metadata import version

import nhi
from pulumi.provider.experimental import component_provider_host

if __name__ == "__main__":
    component_provider_host(
        name="nhi",
        components=[
            nhi.AgentIdentity,
            nhi.AwsAgentIdentity,
            nhi.KubernetesAgentIdentity,
            nhi.KubernetesAgentAdmission,
            nhi.EntraAgentClasses,
        ],
        version=version("pulumi-nhi"),
    )
