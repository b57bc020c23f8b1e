"""Fixtures of NHI-TRU-303."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-303"


def _list(token: str, **inputs: object) -> object:
    return kit.resource(token, "list", inputs)


_ACL = "gcp:storage/bucketACL:BucketACL"

GOOD = [Case("named members", g.on_bucket(member="user:a@example.com"), g.context())]
BAD = [
    Case("a bucket for everybody", g.on_bucket(member="allUsers"), g.context(), "allUsers"),
    Case("everybody with an account", g.member(member="allAuthenticatedUsers"), g.context(), "allAuthenticatedUsers"),
    Case("an agent's account", g.become(member="allUsers"), g.context(), "allUsers"),
    Case("a service", g.member(g.RUN_MEMBER, member="allUsers", name="web"), g.context(), "allUsers"),
    Case("among others", g.binding("user:a@example.com", "allUsers"), g.context(), "allUsers"),
    Case("in a policy", g.policy({"role": "roles/viewer", "members": ["allUsers"]}), g.context(), "allUsers"),
    Case("an ACL", _list(_ACL, bucket="b", roleEntities=["READER:allUsers"]), g.context(), "allUsers"),
    Case(
        "an entry of an ACL",
        _list("gcp:storage/objectAccessControl:ObjectAccessControl", entity="allAuthenticatedUsers"),
        g.context(),
        "allAuthenticatedUsers",
    ),
    Case(
        "a dataset",
        _list("gcp:bigquery/dataset:Dataset", accesses=[{"specialGroup": "allAuthenticatedUsers"}]),
        g.context(),
        "allAuthenticatedUsers",
    ),
    Case("a service without IAM", g.service(invokerIamDisabled=True), g.context(), "IAM check is off"),
]
NEAR_MISS = [
    Case("somebody who is only called so", g.on_bucket(member="user:allusers@example.com"), g.context()),
    Case("an ACL for one person", _list(_ACL, bucket="b", roleEntities=["READER:user-a@example.com"]), g.context()),
    Case("a service with IAM", g.service(invokerIamDisabled=False), g.context()),
    Case("no agents", g.on_bucket(member="allUsers"), g.NO_AGENTS),
]
UNKNOWN = [Case("whether IAM is off is not known", g.service(invokerIamDisabled=kit.UNKNOWN), g.context(), "invoker")]
