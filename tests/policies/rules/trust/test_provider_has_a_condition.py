"""Fixtures of NHI-TRU-300."""

from nhi_policies.view import types as t

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-300"


def _pool(**inputs: object) -> object:
    return kit.resource(t.GCP_POOL, "pool", {"workloadIdentityPoolId": "deployments", **inputs})


GOOD = [
    Case("one exact subject", g.provider(), g.context(g.FEDERATED)),
    Case("a pool that federates", _pool(), g.context()),
]
BAD = [
    Case("no condition", g.provider(attributeCondition=...), g.context(), "no attribute condition"),
    Case("an empty one", g.provider(attributeCondition=" "), g.context(), "missing"),
    Case("one that is always true", g.provider(attributeCondition="true"), g.context(), "constant"),
    Case("one that looks at nothing", g.provider(attributeCondition="'a' == 'a'"), g.context(), "constant"),
    Case("in another pool", g.provider(workloadIdentityPoolId="x", attributeCondition=...), g.context(), "missing"),
    Case("a pool that attests", _pool(mode="TRUST_DOMAIN"), g.context(), "TRUST_DOMAIN"),
]
NEAR_MISS = [
    Case("one that the gate does not understand", g.provider(attributeCondition="assertion.ref in ['a']"), g.context()),
    Case("a pool that says so", _pool(mode="FEDERATION_ONLY"), g.context()),
    Case("no agents", g.provider(attributeCondition=...), g.NO_AGENTS),
]
UNKNOWN = [
    Case("one that is not known", g.provider(attributeCondition=kit.UNKNOWN), g.context(), "attributeCondition"),
    Case("one that is no CEL", g.provider(attributeCondition="assertion.sub =="), g.context(), "is not CEL"),
    Case("a mode that is not known", _pool(mode=kit.UNKNOWN), g.context(), "mode"),
]
