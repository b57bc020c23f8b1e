"""Fixtures of NHI-PRM-300."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-300"

_AGENT = f"serviceAccount:{g.email()}"

GOOD = [Case("a custom role of its own", g.member(), g.context())]
BAD = [
    *(
        Case(role, g.member(role=role), g.context(), role)
        for role in (
            "roles/owner",
            "roles/editor",
            "roles/viewer",
            "roles/reader",
            "roles/storage.admin",
            "roles/bigquery.dataOwner",
            "roles/iam.serviceAccountTokenCreator",
            "roles/iam.roleAdmin",
            "roles/pubsub.serviceAgent",
        )
    ),
    Case("on a bucket", g.on_bucket(role="roles/storage.legacyBucketOwner"), g.context(), "administers"),
    Case("in capitals", g.member(role="roles/owner", member=_AGENT.upper()), g.context(), "roles/owner"),
    Case("in a binding", g.binding("user:a@example.com", _AGENT, role="roles/editor"), g.context(), "roles/editor"),
    Case("in a policy", g.policy({"role": "roles/owner", "members": [_AGENT]}), g.context(), "bindings[0]"),
    Case(
        "of another account",
        g.become(member=_AGENT, role="roles/iam.serviceAccountUser", serviceAccountId="robot"),
        g.context(),
        "become others",
    ),
    Case(
        "of an Agent Engine",
        g.member(
            role="roles/aiplatform.admin",
            member="principal://agents.global.org-998877665544.system.id.goog/resources/aiplatform/projects/"
            f"{g.NUMBER}/locations/europe-west3/reasoningEngines/4711",
        ),
        g.context(g.ON_ENGINE),
        "administers",
    ),
    Case(
        "of the agent's pod itself",
        g.member(role="roles/editor", member=f"serviceAccount:{g.PROJECT}.svc.id.goog[agents/support-agent]"),
        g.context(),
        "roles/editor",
    ),
    Case(
        "of a federated subject itself",
        g.member(
            role="roles/editor", member=f"principal://iam.googleapis.com/{g.POOL}/subject/repo:acme/notes:ref:main"
        ),
        g.context(g.FEDERATED),
        "roles/editor",
    ),
]
NEAR_MISS = [
    Case("somebody else", g.member(role="roles/owner", member="user:ana.reyes@example.com"), g.context()),
    Case("a role that only sounds so", g.member(role="roles/logging.adminViewer"), g.context()),
    Case("the agent's own entrance", g.become(), g.context()),
]
UNKNOWN = [Case("a role that is not known", g.member(role=kit.UNKNOWN), g.context(), "role")]
