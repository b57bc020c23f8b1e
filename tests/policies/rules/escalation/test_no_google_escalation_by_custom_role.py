"""Fixtures of NHI-ESC-302."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-302"

_PERSON = "user:ana.reyes@example.com"
_SIGNS, _READS = "iam.serviceAccounts.signBlob", "logging.logEntries.list"
_NAME = g.role_name("by_hand")


def _held(*, member: str = _PERSON, **changes: object) -> object:
    return g.member(member=member, role=_NAME, condition=..., **changes)


_TOPIC = {"token": g.TOPIC_MEMBER, "topic": "orders"}

GOOD = [
    Case("a role of people that reads", [g.raw_role(_READS), _held()], g.context()),
    Case("the agent's own role", [g.account(), g.role(), g.member()], g.context()),
]
BAD = [
    Case("a role of people that signs", [g.raw_role(_SIGNS), _held()], g.context(), _SIGNS),
    Case("one among others", [g.raw_role(_READS, "iam.serviceAccounts.actAs"), _held()], g.context(), "actAs"),
    Case(
        "in a policy of the project",
        [g.raw_role(_SIGNS), g.policy({"role": _NAME, "members": [_PERSON]})],
        g.context(),
        _SIGNS,
    ),
    Case("a role of another stack on the project", [_held()], g.context(), "does not make it"),
    Case(
        "an agent on one object",
        [g.raw_role("pubsub.topics.setIamPolicy"), _held(member=f"serviceAccount:{g.email()}", **_TOPIC)],
        g.context(),
        "setIamPolicy",
    ),
    Case(
        "an agent on somebody else's account",
        [
            g.raw_role("iam.serviceAccounts.getAccessToken"),
            g.become(member=f"serviceAccount:{g.email()}", role=_NAME, serviceAccountId="robot"),
        ],
        g.context(),
        "getAccessToken",
    ),
    Case(
        "a role of the organization",
        [
            kit.resource(
                "gcp:organizations/iAMCustomRole:IAMCustomRole",
                "o",
                {"orgId": "1", "roleId": "signer", "permissions": [_SIGNS]},
            ),
            g.member(member=_PERSON, role="organizations/1/roles/signer"),
        ],
        g.context(),
        _SIGNS,
    ),
]
NEAR_MISS = [
    Case("people on one object", [g.raw_role("pubsub.topics.setIamPolicy"), _held(**_TOPIC)], g.context()),
    Case("a role that nobody has", [g.raw_role(_SIGNS)], g.context()),
    Case("a role of Google, which is known by its name", [g.member(member=_PERSON, role="roles/viewer")], g.context()),
    Case("no agents", [g.raw_role(_SIGNS), _held()], g.NO_AGENTS),
]
UNKNOWN = [
    Case("a role that is not known", [g.member(member=_PERSON, role=kit.UNKNOWN)], g.context(), "role"),
    Case("what it holds is not known", [g.raw_role(permissions=kit.UNKNOWN), _held()], g.context(), "permissions"),
    Case("whom it serves is not known", [g.member(member=kit.UNKNOWN)], g.context(), "member"),
]
