"""Non-human identities for AI agents, from one declarative file per agent.

Importing this package imports neither Pulumi nor a platform SDK: the components are loaded when they are named.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nhi.identity import AgentIdentity, declare_fleet
    from nhi.platforms.aws.identity import AwsAgentIdentity
    from nhi.platforms.entra.identity import EntraAgentClasses, EntraAgentIdentity
    from nhi.platforms.gcp.identity import GcpAgentIdentity
    from nhi.platforms.kubernetes.identity import KubernetesAgentAdmission, KubernetesAgentIdentity

_HOMES = {
    "AgentIdentity": "nhi.identity",
    "AwsAgentIdentity": "nhi.platforms.aws.identity",
    "EntraAgentClasses": "nhi.platforms.entra.identity",
    "EntraAgentIdentity": "nhi.platforms.entra.identity",
    "GcpAgentIdentity": "nhi.platforms.gcp.identity",
    "KubernetesAgentAdmission": "nhi.platforms.kubernetes.identity",
    "KubernetesAgentIdentity": "nhi.platforms.kubernetes.identity",
    "declare_fleet": "nhi.identity",
}

__all__ = [
    "AgentIdentity",
    "AwsAgentIdentity",
    "EntraAgentClasses",
    "EntraAgentIdentity",
    "GcpAgentIdentity",
    "KubernetesAgentAdmission",
    "KubernetesAgentIdentity",
    "declare_fleet",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
