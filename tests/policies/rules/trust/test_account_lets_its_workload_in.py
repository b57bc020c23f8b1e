"""Fixtures of NHI-TRU-302."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-302"

_SUBJECT = f"principal://iam.googleapis.com/{g.POOL}/subject/repo:acme/notes:ref:main"
_POD = f"serviceAccount:{g.PROJECT}.svc.id.goog"
_RUN = g.agent(**{"credential.workload": {"kind": "cloud-run", "service": "support"}})

GOOD = [
    Case("the agent's pod", g.become(), g.context()),
    Case("the declared subject", g.become(g.FEDERATED, _SUBJECT), g.context(g.FEDERATED)),
]
BAD = [
    Case("another pod", g.become(member=f"{_POD}[agents/billing-agent]"), g.context(), "billing-agent"),
    Case("another namespace", g.become(member=f"{_POD}[shop/support-agent]"), g.context(), "shop"),
    Case(
        "another project's pod",
        g.become(member="serviceAccount:other.svc.id.goog[agents/support-agent]"),
        g.context(),
        "other",
    ),
    Case("every pod of the pool", g.become(member=f"principalSet://iam.googleapis.com/{g.POOL}/*"), g.context(), "/*"),
    Case("another subject", g.become(g.FEDERATED, f"{_SUBJECT}2"), g.context(g.FEDERATED), "main2"),
    Case(
        "a person's tokens",
        g.become(member="user:a@example.com", role="roles/iam.serviceAccountTokenCreator"),
        g.context(),
        "TokenCreator",
    ),
    Case(
        "a person who runs things",
        g.become(member="user:a@example.com", role="roles/iam.serviceAccountUser"),
        g.context(),
        "serviceAccountUser",
    ),
    Case("another agent", g.become(member=f"serviceAccount:{g.email(g.OTHER)}"), g.context(), "billing"),
    Case("its own pod with another role", g.become(role="roles/iam.serviceAccountTokenCreator"), g.context(), "role"),
    Case("somebody where nobody is needed", g.become(), g.context(_RUN), "needs no member"),
    Case("by the account's address", g.become(member="allUsers", serviceAccountId=g.email()), g.context(), "allUsers"),
    Case(
        "a binding",
        g.binding("user:a@example.com", token="gcp:serviceaccount/iAMBinding:IAMBinding", serviceAccountId=g.email()),
        g.context(),
        "a@example.com",
    ),
    Case(
        "a policy",
        g.policy(
            {"role": "roles/iam.serviceAccountUser", "members": ["user:a@example.com"]},
            token="gcp:serviceaccount/iAMPolicy:IAMPolicy",
            serviceAccountId=g.email(),
        ),
        g.context(),
        "a@example.com",
    ),
]
NEAR_MISS = [
    Case("another account", g.become(member="user:a@example.com", serviceAccountId="robot"), g.context()),
    Case("by the account's id", g.become(serviceAccountId="acme-support-agent"), g.context()),
    Case("in capitals", g.become(member=f"{_POD}[agents/SUPPORT-AGENT]"), g.context()),
    Case("no agents", g.become(member="allUsers"), g.NO_AGENTS),
]
UNKNOWN = [
    Case("whom it lets in is not known", g.become(member=kit.UNKNOWN), g.context(), "member"),
    Case("a role that is not known", g.become(role=kit.UNKNOWN), g.context(), "role"),
]
