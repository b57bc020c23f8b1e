"""Fixtures of NHI-PRM-304."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-304"

_GET, _LIST = g.role("storage.objects.get"), g.role("storage.objects.list")
_PUBLISH = g.role("pubsub.topics.publish")
_PREFIX = "projects/_/buckets/acme-notes/objects/published/"
_SOON = g.agent(data_access=[{"scope": "orders", "access": "write", "expires": "2026-12-24T00:00:00Z"}])
_NAMES = f'resource.name.startsWith("{_PREFIX}")'
_HELD = f"{g.UNTIL} && {_NAMES}"
_ARCHIVED = "projects/_/buckets/acme-archive/objects/a.txt"
_WHOLE = g.agent(data_access=[{"scope": "archive", "access": "read"}])
_TOPIC = {"token": g.TOPIC_MEMBER, "topic": "orders"}
_NAMED = f"projects/{g.PROJECT}/topics/orders"


def _at(name: str) -> object:
    return g.until(f'{g.UNTIL} && resource.name == "{name}"')


GOOD = [
    Case("translation on the project", [g.account(), g.role(), g.member()], g.context()),
    Case("the notes by their prefix", [_GET, g.on_prefix(_PREFIX)], g.context()),
    Case("listing the bucket", [_LIST, g.on_bucket()], g.context()),
    Case(
        "a topic until the grant ends",
        [_PUBLISH, g.member(**_TOPIC, condition=g.until('request.time < timestamp("2026-12-24T00:00:00Z")'))],
        g.context(_SOON),
    ),
    Case(
        "its own secret",
        [
            g.role("secretmanager.versions.access"),
            g.member(g.SECRET_MEMBER, secretId="acme-support-agent-credential", project=g.NUMBER),
        ],
        g.context(g.STORED),
    ),
]
BAD = [
    Case("reading the whole bucket", [_GET, g.on_bucket()], g.context(), "storage.objects.get on projects/_/buckets"),
    Case("reading every bucket", [_GET, g.member()], g.context(), "the whole project"),
    Case("another bucket", [_LIST, g.on_bucket("acme-archive")], g.context(), "acme-archive"),
    Case("a wider prefix", [_GET, g.on_prefix("projects/_/buckets/acme-notes/objects/p")], g.context(), "objects/p*"),
    Case("another prefix", [_GET, g.on_prefix(_PREFIX.replace("published", "drafts"))], g.context(), "drafts"),
    Case(
        "one permission more", [g.role(g.TRANSLATE, "run.routes.invoke"), g.member()], g.context(), "run.routes.invoke"
    ),
    Case("a role of another stack", [g.member()], g.context(), "does not make it"),
    Case("another topic", [_PUBLISH, g.member(g.TOPIC_MEMBER, topic="other")], g.context(_SOON), "topics/other"),
    Case("longer than the grant", [_PUBLISH, g.member(**_TOPIC)], g.context(_SOON), "longer"),
    Case("without end", [_PUBLISH, g.member(**_TOPIC, condition=...)], g.context(_SOON), "longer"),
    Case(
        "a role by hand that holds more",
        [g.raw_role("run.routes.invoke"), g.member(role=g.role_name("by_hand"))],
        g.context(),
        "run.routes",
    ),
    Case(
        "a condition that always holds",
        [_GET, g.member(condition=g.until(f"{_HELD} || true"))],
        g.context(),
        "the whole project",
    ),
    Case(
        "a second name",
        [_GET, g.member(condition=g.until(f'{g.UNTIL} && ({_NAMES} || resource.name == "{_ARCHIVED}")'))],
        g.context(),
        _ARCHIVED,
    ),
    Case(
        "longer by an hour, with the moment that shows it",
        [_PUBLISH, g.member(**_TOPIC, condition=g.until('request.time < timestamp("2026-12-24T01:00:00Z")'))],
        g.context(_SOON),
        "request.time 2026-12-24T00",
    ),
    Case(
        "from the grant's end on",
        [_PUBLISH, g.member(**_TOPIC, condition=g.until('request.time >= timestamp("2026-12-24T00:00:00Z")'))],
        g.context(_SOON),
        "longer",
    ),
    Case(
        "another agent's grant",
        [g.role(declared=g.OTHER), g.member(declared=g.OTHER)],
        g.context(g.AGENT, g.agent(agent_id="billing-agent", allowed_actions=[])),
        g.TRANSLATE,
    ),
]
NEAR_MISS = [
    Case("one object of the prefix", [_GET, g.member(condition=_at(f"{_PREFIX}a.txt"))], g.context()),
    Case("a deeper prefix", [_GET, g.on_prefix(f"{_PREFIX}2026/")], g.context()),
    Case("by the project's number", [g.role(), g.member(project=g.NUMBER)], g.context()),
    Case(
        "a declared topic by a condition",
        [
            _PUBLISH,
            g.member(
                condition=g.until(f'request.time < timestamp("2026-12-24T00:00:00Z") && resource.name == "{_NAMED}"')
            ),
        ],
        g.context(_SOON),
    ),
    Case("all objects of a declared bucket", [_GET, g.on_bucket("acme-archive")], g.context(_WHOLE)),
    Case(
        "a topic by its full name",
        [
            _PUBLISH,
            g.member(
                g.TOPIC_MEMBER, topic=_NAMED, condition=g.until('request.time < timestamp("2026-12-01T00:00:00Z")')
            ),
        ],
        g.context(_SOON),
    ),
    Case(
        "somebody else's members", [g.on_bucket(member="user:a@example.com", role="roles/storage.admin")], g.context()
    ),
    Case("two names of the prefix", [_GET, g.member(condition=g.until(f"{_HELD} || ({_HELD})"))], g.context()),
    Case("a condition that never holds", [_GET, g.member(condition=g.until("false"))], g.context()),
    Case(
        "a part that is not understood, beside parts that suffice",
        [_GET, g.member(condition=g.until(f"{_HELD} && resource.name.endsWith('.txt')"))],
        g.context(),
    ),
    Case("the entrance", [g.become()], g.context()),
    Case("no agents", [g.member()], g.NO_AGENTS),
]
UNKNOWN = [
    Case("a role that is not known", [g.member(role=kit.UNKNOWN)], g.context(), "role"),
    Case("a bucket that is not known", [_LIST, g.on_bucket(kit.UNKNOWN)], g.context(), "bucket"),
    Case("a condition that is not known", [_GET, g.member(condition=kit.UNKNOWN)], g.context(), "condition"),
    Case(
        "a condition of which nothing is understood",
        [_GET, g.member(condition=g.until("resource.name.endsWith('.txt')"))],
        g.context(),
        "unproven",
    ),
    Case("permissions that are not known", [g.role(permissions=kit.UNKNOWN), g.member()], g.context(), "permissions"),
    Case("another project", [g.role(), g.member(project="acme-other-1")], g.context(), "project"),
    Case(
        "a kind of object that no declaration names",
        [g.role(), g.member("gcp:spanner/databaseIAMMember:DatabaseIAMMember", database="d")],
        g.context(),
        "cannot compare",
    ),
]
