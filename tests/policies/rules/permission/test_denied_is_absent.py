"""Fixtures of NHI-PRM-047. The agent denies credential_management and the scope `vault`."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-PRM-047"
_CONTEXT = k8s.context()

GOOD = [Case("what the file allows", [kit.k8s_role(), kit.k8s_binding()], _CONTEXT)]
BAD = [
    Case("tokens", [kit.k8s_role(k8s.rule("create", "serviceaccounts/token"))], _CONTEXT, "credential_management"),
    Case("writing secrets", [kit.k8s_role(k8s.rule("patch", "secrets", names="x"))], _CONTEXT, "patch-on-secrets"),
    Case("the denied scope by name", [kit.k8s_role(k8s.rule("get", "secrets", names="vault"))], _CONTEXT, "vault"),
    Case("the denied scope among all", [kit.k8s_role(k8s.rule("get", "secrets"))], _CONTEXT, "vault"),
    Case("everything", [kit.k8s_role(k8s.rule("*", "*", "*"))], _CONTEXT, "denies"),
    Case("by hand", [k8s.raw_role(k8s.rule("create", "secrets")), k8s.raw_binding()], _CONTEXT, "create-on-secrets"),
]
NEAR_MISS = [
    Case("another secret", [kit.k8s_role(k8s.rule("get", "secrets", names="reader"))], _CONTEXT),
    Case("the account, not its token", [kit.k8s_role(k8s.rule("get", "serviceaccounts", names="x"))], _CONTEXT),
    Case("somebody else", [k8s.raw_role(k8s.rule("create", "secrets")), k8s.raw_binding(k8s.subject("web"))], _CONTEXT),
]
UNKNOWN = [Case("an unknown resource", [kit.k8s_role(kit.rbac_rule(resources=kit.UNKNOWN))], _CONTEXT, "resources")]
