"""Fixtures of NHI-CRD-302."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-302"

_CONTEXT = g.context(g.STORED, g.OTHER)
_ID = "acme-support-agent-credential"
_READS = "roles/secretmanager.secretAccessor"
_PERSON = "user:ana.reyes@example.com"


def _member(member: object, role: str = _READS, **inputs: object) -> object:
    return kit.resource(g.SECRET_MEMBER, "m", {"secretId": _ID, "member": member, "role": role, **inputs})


GOOD = [Case("the agent itself", _member(f"serviceAccount:{g.email()}"), _CONTEXT)]
BAD = [
    Case("a person", _member(_PERSON), _CONTEXT, "ana.reyes"),
    Case("another agent", _member(f"serviceAccount:{g.email(g.OTHER)}"), _CONTEXT, "billing"),
    Case("by the secret's name", _member(_PERSON, secretId=f"projects/{g.PROJECT}/secrets/{_ID}"), _CONTEXT, "ana"),
    Case("a custom role", _member(_PERSON, g.role_name("reads")), _CONTEXT, "ana.reyes"),
    Case(
        "a binding",
        kit.resource(
            "gcp:secretmanager/secretIamBinding:SecretIamBinding",
            "b",
            {"secretId": _ID, "role": _READS, "members": [f"serviceAccount:{g.email()}", _PERSON]},
        ),
        _CONTEXT,
        "ana.reyes",
    ),
]
BAD += [
    Case("every secret of the project", g.member(role=_READS, member=_PERSON), _CONTEXT, "every secret"),
    Case("in a policy", g.policy({"role": "roles/secretmanager.admin", "members": [_PERSON]}), _CONTEXT, "bindings[0]"),
]
NEAR_MISS = [
    Case("every secret where no agent has one", g.member(role=_READS, member=_PERSON), g.context()),
    Case("a person who looks at the project", g.member(role="roles/viewer", member=_PERSON), _CONTEXT),
    Case(
        "what rotates it",
        _member("serviceAccount:rotate@x.iam.gserviceaccount.com", "roles/secretmanager.secretVersionAdder"),
        _CONTEXT,
    ),
    Case("another secret", _member(_PERSON, secretId="web"), _CONTEXT),
]
UNKNOWN = [
    Case("a member that is not known", _member(kit.UNKNOWN), _CONTEXT, "member"),
    Case("a secret that is not known", _member(_PERSON, secretId=kit.UNKNOWN), _CONTEXT, "secretId"),
]
