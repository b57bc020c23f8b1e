"""Fixtures of NHI-PRM-305."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-305"

_PERSON = "user:ana.reyes@example.com"


def _of(token: str) -> object:
    return kit.resource(token, "x", {"role": "roles/viewer", "members": [_PERSON], "policyData": "{}"})


# Compliant is an additive member, which this rule does not target; so a stack without agents stands for it.
GOOD = [Case("a binding where no agent lives", g.binding(_PERSON), g.NO_AGENTS)]
BAD = [
    Case(token, _of(token), g.context(), "authoritative")
    for token in (
        "gcp:projects/iAMBinding:IAMBinding",
        "gcp:projects/iAMPolicy:IAMPolicy",
        "gcp:organizations/iAMBinding:IAMBinding",
        "gcp:folder/iAMPolicy:IAMPolicy",
        "gcp:serviceaccount/iAMBinding:IAMBinding",
        "gcp:serviceaccount/iAMPolicy:IAMPolicy",
        "gcp:storage/bucketIAMBinding:BucketIAMBinding",
        "gcp:storage/bucketIAMPolicy:BucketIAMPolicy",
        "gcp:cloudrunv2/serviceIamBinding:ServiceIamBinding",
        "gcp:secretmanager/secretIamPolicy:SecretIamPolicy",
        "gcp:iap/webIamPolicy:WebIamPolicy",
    )
]
NEAR_MISS = [Case("a policy where no agent lives", g.policy(), g.NO_AGENTS)]
UNKNOWN = [Case("members that are not known", g.binding(kit.UNKNOWN), g.context(), "authoritative")]
