"""Fixtures of NHI-CRD-040."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-040"
_TOKEN = "kubernetes.io/service-account-token"
_BARE = {"metadata.labels": {}, "metadata.annotations": {}}

GOOD = [
    Case("an account without secrets", kit.service_account()),
    Case("a plain secret", kit.k8s_secret()),
]
BAD = [
    Case("a token of the agent", kit.k8s_secret(_TOKEN), expect="never ends"),
    Case(
        "an unlabelled token of the agent's account",
        kit.k8s_secret(
            _TOKEN, **{**_BARE, "metadata.annotations": {"kubernetes.io/service-account.name": "support-agent"}}
        ),
        expect="token",
    ),
    Case("anybody's token in the agents' namespace", kit.k8s_secret(_TOKEN, **_BARE)),
    Case("secrets on the account", kit.service_account(secrets=[{"name": "old-token"}]), expect="secrets"),
]
NEAR_MISS = [
    Case("a token in a namespace without agents", kit.k8s_secret(_TOKEN, **_BARE, **{"metadata.namespace": "shop"})),
    Case("a bootstrap token", kit.k8s_secret("bootstrap.kubernetes.io/token")),
    Case("an empty list on the account", kit.service_account(secrets=[])),
    Case("image pull secrets", kit.service_account(imagePullSecrets=[{"name": "registry"}])),
    Case("a stack without agents", kit.k8s_secret(_TOKEN, **_BARE), kit.context(agents={})),
]
UNKNOWN = [
    Case("an unknown type", kit.k8s_secret(kit.UNKNOWN), expect="type"),  # type: ignore[arg-type]  # an unknown
    Case("an unknown list", kit.service_account(secrets=kit.UNKNOWN), expect="secrets"),
]
