"""Fixtures of NHI-CRD-303."""

from typing import Any

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-303"

_KEYS = "iam.disableServiceAccountKeyCreation"
_LONG = "iam.allowServiceAccountCredentialLifetimeExtension"
_WHERE = g.context()


def _policy(constraint: object, *rules: object, **spec: Any) -> object:
    name = f"projects/{g.PROJECT}/policies/{constraint}" if isinstance(constraint, str) else constraint
    inputs = {"name": name, "parent": f"projects/{g.PROJECT}", "spec": {"rules": list(rules), **spec}}
    return kit.resource("gcp:orgpolicy/policy:Policy", "guard", inputs)


def _old(constraint: str, token: str = "gcp:projects/organizationPolicy:OrganizationPolicy", **inputs: Any) -> object:
    return kit.resource(token, "guard", {"constraint": f"constraints/{constraint}", **inputs})


_ON = {"enforce": "TRUE"}
_FOLDER = "gcp:folder/organizationPolicy:OrganizationPolicy"
_ORGANIZATION = "gcp:organizations/policy:Policy"

GOOD = [
    Case("keys stay out", _policy(_KEYS, _ON), _WHERE),
    Case("keys stay out, as it was written before", _old(_KEYS, booleanPolicy={"enforced": True}), _WHERE),
    Case("nobody's tokens are longer", _policy(_LONG, {"denyAll": "TRUE"}), _WHERE),
]
BAD = [
    Case("keys may be made", _policy(_KEYS, {"enforce": "FALSE"}), _WHERE, "lifts"),
    Case("keys may be uploaded", _policy("iam.managed.disableServiceAccountKeyUpload", {}), _WHERE, "lifts"),
    Case("keys of an API", _policy("iam.managed.disableServiceAccountApiKeyCreation"), _WHERE, "lifts"),
    Case("somewhere", _policy(_KEYS, _ON, {**_ON, "condition": {"expression": "x"}}), _WHERE, "lifts"),
    Case("as Google ships it", _policy(_KEYS, reset=True), _WHERE, "lifts"),
    Case("in a project, as before", _old(_KEYS, booleanPolicy={"enforced": False}), _WHERE, "lifts"),
    Case("in a folder", _old(_KEYS, _FOLDER, restorePolicy={"default": True}), _WHERE, "lifts"),
    Case("in the organization", _old(_KEYS, _ORGANIZATION), _WHERE, "lifts"),
    Case("twelve hours", _policy(_LONG, {"values": {"allowedValues": [g.email()]}}), _WHERE, "twelve"),
    Case("twelve hours for all", _policy(_LONG, {"allowAll": "TRUE"}), _WHERE, "twelve"),
    Case("as before", _old(_LONG, listPolicy={"allow": {"values": [g.email()]}}), _WHERE, "twelve"),
    Case("for all, as before", _old(_LONG, listPolicy={"allow": {"all": True}}), _WHERE, "twelve"),
]
NEAR_MISS = [
    Case("another constraint", _policy("compute.requireOsLogin", {"enforce": "FALSE"}), _WHERE),
    Case("no agents", _policy(_KEYS, {"enforce": "FALSE"}), g.NO_AGENTS),
    Case(
        "only tried out",
        kit.resource(
            "gcp:orgpolicy/policy:Policy",
            "guard",
            {"name": f"projects/{g.PROJECT}/policies/{_KEYS}", "dryRunSpec": {"rules": [{"enforce": "FALSE"}]}},
        ),
        _WHERE,
    ),
]
UNKNOWN = [
    Case("which constraint", _policy(kit.UNKNOWN, {"enforce": "FALSE"}), _WHERE, "name"),
    Case("whether it holds", _policy(_KEYS, {"enforce": kit.UNKNOWN}), _WHERE, "spec.rules"),
    Case("no constraint", kit.resource(_ORGANIZATION, "guard", {}), _WHERE, "name"),
]
