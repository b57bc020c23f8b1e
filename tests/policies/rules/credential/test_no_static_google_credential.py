"""Fixtures of NHI-CRD-300."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-300"

_KEY = "gcp:serviceaccount/key:Key"


def _key(token: str = _KEY, **inputs: object) -> object:
    return kit.resource(token, "key", inputs)


# The compliant thing is that there is no such resource; a stack without agents is the one in which it may stand.
GOOD = [Case("a key where no agent lives", _key(serviceAccountId=g.email()), g.NO_AGENTS)]
BAD = [
    Case("a key of an agent", _key(serviceAccountId=g.email()), g.context(), "Key is a credential"),
    Case("by its name", _key(serviceAccountId=f"projects/-/serviceAccounts/{g.email()}"), g.context(), "Key"),
    Case("by its id", _key(serviceAccountId="acme-support-agent"), g.context(), "Key"),
    Case("a key beside agents", _key(serviceAccountId="robot@acme-agents.iam.gserviceaccount.com"), g.context(), "Key"),
    Case("an HMAC key", _key("gcp:storage/hmacKey:HmacKey", serviceAccountEmail=g.email()), g.context(), "HmacKey"),
    Case("an API key", _key("gcp:projects/apiKey:ApiKey", displayName="x"), g.context(), "ApiKey"),
    Case("a login key", _key("gcp:oslogin/sshPublicKey:SshPublicKey", user=g.email()), g.context(), "SshPublicKey"),
    Case("a database password", _key("gcp:firestore/userCreds:UserCreds", name="x"), g.context(), "UserCreds"),
]
NEAR_MISS = [Case("an API key where no agent lives", _key("gcp:projects/apiKey:ApiKey"), g.NO_AGENTS)]
UNKNOWN = [Case("a key of an account that is not known", _key(serviceAccountId=kit.UNKNOWN), g.context(), "Key")]
