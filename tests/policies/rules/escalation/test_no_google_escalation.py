"""Fixtures of NHI-ESC-300."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-300"

GOOD = [Case("translation", g.role(), g.context())]
BAD = [
    Case(permission, g.role(g.TRANSLATE, permission), g.context(), permission)
    for permission in (
        "iam.serviceAccounts.actAs",
        "iam.serviceAccounts.getAccessToken",
        "iam.serviceAccounts.getOpenIdToken",
        "iam.serviceAccounts.implicitDelegation",
        "iam.serviceAccounts.signBlob",
        "iam.serviceAccounts.signJwt",
        "iam.serviceAccountKeys.create",
        "resourcemanager.projects.setIamPolicy",
        "storage.buckets.setIamPolicy",
        "pubsub.topics.setIamPolicy",
        "iam.roles.update",
        "iam.googleapis.com/workloadIdentityPoolProviders.create",
        "iam.denypolicies.delete",
        "deploymentmanager.deployments.create",
        "cloudbuild.builds.create",
        "run.services.update",
    )
]
NEAR_MISS = [
    Case("reading an allow policy", g.role("storage.buckets.getIamPolicy"), g.context()),
    Case("reading accounts", g.role("iam.serviceAccounts.get", "iam.serviceAccounts.list"), g.context()),
    Case("calling a service", g.role("run.routes.invoke"), g.context()),
    Case("a role that no agent has", g.raw_role("iam.serviceAccounts.actAs"), g.context()),
]
UNKNOWN = [
    Case("permissions that are not known", g.role(permissions=kit.UNKNOWN), g.context(), "permissions"),
    Case("one that is not known", g.role(permissions=[g.TRANSLATE, kit.UNKNOWN]), g.context(), "permissions[1]"),
]
