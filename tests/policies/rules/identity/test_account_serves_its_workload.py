"""Fixtures of NHI-IDN-302."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-IDN-302"

_MAIL, _RUN = g.email(), g.email(g.OTHER)
_GROUP = "gcp:cloudidentity/groupMembership:GroupMembership"
_STOPPED = g.agent(state="suspended", **{"credential.workload": {"kind": "cloud-run", "service": "support"}})


def _thing(token: str, **inputs: object) -> object:
    return kit.resource(token, "thing", {"project": g.PROJECT, **inputs})


GOOD = [
    Case("a service under an account of its own", g.service(), g.context()),
    Case("the declared service", g.service(_RUN, "billing"), g.context()),
]
BAD = [
    Case("a second service", g.service(_MAIL), g.context(), "support-agent"),
    Case("another service of a Cloud Run agent", g.service(_RUN, "billing-debug"), g.context(), "billing-agent"),
    Case(
        "its service in another region", g.service(_RUN, "billing", location="us-east1"), g.context(), "billing-agent"
    ),
    Case("its service in another project", g.service(_RUN, "billing", project="acme-other-1"), g.context(), "billing"),
    Case("by its resource name", g.service(f"projects/-/serviceAccounts/{_MAIL}"), g.context(), "support-agent"),
    Case("in capitals", g.service(_MAIL.upper()), g.context(), "support-agent"),
    Case(
        "a machine",
        _thing("gcp:compute/instance:Instance", serviceAccount={"email": _MAIL, "scopes": ["cloud-platform"]}),
        g.context(),
        "support-agent",
    ),
    Case(
        "a scheduled call",
        _thing("gcp:cloudscheduler/job:Job", httpTarget={"oauthToken": {"serviceAccountEmail": _MAIL}}),
        g.context(),
        "support-agent",
    ),
    Case("in a group", _thing(_GROUP, group="groups/1", preferredMemberKey={"id": _MAIL}), g.context(), "support"),
    Case(
        "in a bucket's ACL",
        _thing("gcp:storage/bucketACL:BucketACL", bucket="b", roleEntities=[f"READER:user-{_MAIL}"]),
        g.context(),
        "support-agent",
    ),
    Case(
        "in a dataset's access list",
        _thing("gcp:bigquery/dataset:Dataset", datasetId="d", accesses=[{"role": "READER", "userByEmail": _MAIL}]),
        g.context(),
        "support-agent",
    ),
    Case(
        "excepted from audit",
        _thing(
            "gcp:projects/iAMAuditConfig:IAMAuditConfig",
            service="allServices",
            auditLogConfigs=[{"logType": "DATA_READ", "exemptedMembers": [f"serviceAccount:{_MAIL}"]}],
        ),
        g.context(),
        "support-agent",
    ),
    Case("the declared service of a stopped agent", g.service(g.email(_STOPPED), "support"), g.context(_STOPPED)),
    Case(
        "a federated agent's subject",
        _thing("gcp:sql/user:User", name=f"principal://iam.googleapis.com/{g.POOL}/subject/repo:acme/notes:ref:main"),
        g.context(g.FEDERATED),
        "support-agent",
    ),
]
NEAR_MISS = [
    Case("the agent's own member", g.on_bucket(), g.context()),
    Case("an account whose name ends alike", g.service(f"my-{_MAIL}"), g.context()),
    Case(
        "an account whose project begins alike", g.service(_MAIL.replace("acme-agents", "acme-agents-2")), g.context()
    ),
    Case("a mailbox that is no agent's", g.service("support-agent@acme-other-1.iam.gserviceaccount.com"), g.context()),
    Case("a bucket", _thing("gcp:storage/bucket:Bucket", name=kit.UNKNOWN), g.context()),
    Case(
        "a dataset in a place that is not known",
        _thing("gcp:bigquery/dataset:Dataset", datasetId=kit.UNKNOWN),
        g.context(),
    ),
    Case("no agents", g.service(_MAIL), g.NO_AGENTS),
]
UNKNOWN = [
    Case("an account that is not known", g.service(kit.UNKNOWN), g.context(), "template.serviceAccount"),
    Case(
        "a machine's account",
        _thing("gcp:compute/instance:Instance", serviceAccount=kit.UNKNOWN),
        g.context(),
        "serviceAccount",
    ),
    Case(
        "a member of a group", _thing(_GROUP, preferredMemberKey={"id": kit.UNKNOWN}), g.context(), "preferredMemberKey"
    ),
    Case(
        "an access list",
        _thing("gcp:bigquery/dataset:Dataset", datasetId="d", accesses=[{"userByEmail": kit.UNKNOWN}]),
        g.context(),
        "accesses",
    ),
]
