"""Fixtures of NHI-TRU-304."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-304"

_OF_PROJECTS = "principalSet://cloudresourcemanager.googleapis.com"
_GKE = f"principalSet://iam.googleapis.com/projects/{g.NUMBER}/locations/global/workloadIdentityPools/acme.svc.id.goog"
_OTHER_POOL = f"principalSet://iam.googleapis.com/{g.POOL.replace('agents', 'deployments')}"

GOOD = [Case("one principal", g.on_bucket(member="user:a@example.com"), g.context())]
BAD = [
    Case(member, g.on_bucket(member=member), g.context(), member)
    for member in (
        f"principalSet://iam.googleapis.com/{g.POOL}/*",
        f"principalSet://iam.googleapis.com/{g.POOL}/group/admins",
        f"principalSet://iam.googleapis.com/{g.POOL}/attribute.team/care",
        "principalSet://iam.googleapis.com/locations/global/workloadIdentityPools/agents/attribute.team/care",
        f"{_OTHER_POOL}/*",
        f"{_OF_PROJECTS}/projects/{g.NUMBER}/type/ServiceAccount",
        f"{_OF_PROJECTS}/folders/1/type/ServiceAccount",
        f"{_OF_PROJECTS}/organizations/998877665544",
        f"{_GKE}/kubernetes.cluster/https://container.googleapis.com/v1/projects/acme/locations/x/clusters/y",
        f"{_GKE}/namespace/agents",
        "principalSet://agents.global.org-998877665544.system.id.goog/attribute.platformContainer/aiplatform/projects/1",
    )
] + [Case("on an agent's account", g.become(member=f"principalSet://iam.googleapis.com/{g.POOL}/*"), g.context(), "/*")]
NEAR_MISS = [
    Case("a part of another pool", g.on_bucket(member=f"{_OTHER_POOL}/attribute.repository/acme/shop"), g.context()),
    Case("another namespace's pods", g.on_bucket(member=f"{_GKE}/namespace/shop"), g.context()),
    Case(
        "another project's accounts", g.on_bucket(member=f"{_OF_PROJECTS}/projects/1/type/ServiceAccount"), g.context()
    ),
    Case(
        "the project's service agents",
        g.on_bucket(member=f"{_OF_PROJECTS}/projects/{g.NUMBER}/type/ServiceAgent"),
        g.context(),
    ),
    Case("a group of people", g.on_bucket(member="group:care@example.com"), g.context()),
    Case("no agents", g.on_bucket(member=f"{_GKE}/namespace/agents"), g.NO_AGENTS),
]
UNKNOWN = [
    Case("whom it serves is not known", g.on_bucket(member=kit.UNKNOWN), g.context(), "member"),
    Case("one of whom is not known", g.binding("user:a@example.com", kit.UNKNOWN), g.context(), "members[1]"),
    Case("a policy that is not known", g.policy(policyData=kit.UNKNOWN), g.context(), "policyData"),
    Case("a policy that is no JSON", g.policy(policyData="{"), g.context(), "no allow policy"),
    Case(
        "a policy that is no policy", g.policy(policyData='{"bindings": [{"members": "x"}]}'), g.context(), "no allow"
    ),
]
