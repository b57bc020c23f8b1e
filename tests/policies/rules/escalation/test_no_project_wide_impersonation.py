"""Fixtures of NHI-ESC-301."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-301"

_PERSON = "user:ana.reyes@example.com"


def _on_project(
    role: object, member: str = _PERSON, token: str = "gcp:projects/iAMMember:IAMMember", **more: object
) -> object:
    return kit.resource(token, "m", {"role": role, "member": member, **more})


GOOD = [Case("a person who looks", _on_project("roles/viewer"), g.context())]
BAD = [
    *(
        Case(role, _on_project(role), g.context(), role)
        for role in (
            "roles/iam.serviceAccountTokenCreator",
            "roles/iam.serviceAccountUser",
            "roles/iam.serviceAccountKeyAdmin",
            "roles/iam.workloadIdentityUser",
            "roles/iam.workloadIdentityPoolAdmin",
            "roles/resourcemanager.projectIamAdmin",
            "roles/owner",
            "roles/editor",
            "roles/compute.serviceAgent",
        )
    ),
    Case(
        "on a folder",
        _on_project("roles/owner", token="gcp:folder/iAMMember:IAMMember", folder="folders/1"),
        g.context(),
        "whole folder",
    ),
    Case(
        "on the organization",
        _on_project("roles/owner", token="gcp:organizations/iAMMember:IAMMember", orgId="1"),
        g.context(),
        "whole organization",
    ),
    Case("a binding", g.binding(_PERSON, role="roles/iam.serviceAccountUser"), g.context(), "ana.reyes"),
    Case("a policy", g.policy({"role": "roles/owner", "members": [_PERSON]}), g.context(), "bindings[0]"),
    Case(
        "on the agents' pool",
        kit.resource(
            "gcp:iam/workloadIdentityPoolIamMember:WorkloadIdentityPoolIamMember",
            "m",
            {"workloadIdentityPoolId": "agents", "role": "roles/iam.workloadIdentityPoolAdmin", "member": _PERSON},
        ),
        g.context(),
        "whole pool",
    ),
]
NEAR_MISS = [
    Case("an agent, which is refused by name", _on_project("roles/owner", f"serviceAccount:{g.email()}"), g.context()),
    Case("a role on logs", _on_project("roles/logging.viewer"), g.context()),
    Case(
        "a service of the project", kit.resource("gcp:projects/service:Service", "s", {"service": "run"}), g.context()
    ),
    Case("no agents", _on_project("roles/owner"), g.NO_AGENTS),
]
UNKNOWN = [Case("a role that is not known", _on_project(kit.UNKNOWN), g.context(), "role")]
