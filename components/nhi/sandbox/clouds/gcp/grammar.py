"""Words of Google Cloud: principals, roles, permissions, labels, resource names.

Owns one pattern for each word and says what is wrong with a text that does not match. Does not own limits of single
properties (`limits`) or expressions (`conditions`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.model import Failure

BASIC_ROLES = frozenset({"roles/owner", "roles/editor", "roles/viewer"})
# https://cloud.google.com/iam/docs/roles-overview#basic: the newer names of the three
BASIC_ROLES_TODAY = BASIC_ROLES | {"roles/admin", "roles/writer", "roles/reader"}
EVERYONE = frozenset({"allUsers", "allAuthenticatedUsers"})

_MAIL = r"[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+"
_PROJECT = r"[a-z0-9.:-]+"
_DOMAIN = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
# The part of an identity's URI after the host; blanks are legal in an external subject, line breaks are not.
_REST = r"[^\r\n]+"
_POOL = r"(?:projects/\d+/)?locations/global/(?:workloadIdentityPools|workforcePools)/[a-z0-9.-]+"
# https://cloud.google.com/iam/docs/principal-identifiers
_ONE = rf"(?:iam\.googleapis\.com/{_POOL}/subject|agents\.global\.org-\d+\.system\.id\.goog/resources)/{_REST}"
_MANY = (
    rf"(?:iam\.googleapis\.com/{_POOL}/(?:group/{_REST}|attribute\.[a-z0-9_.]+/{_REST}|namespace/{_REST}"
    rf"|kubernetes\.cluster/{_REST}|kubernetes\.serviceaccount\.uid/{_REST}|\*)"
    rf"|cloudresourcemanager\.googleapis\.com/(?:projects|folders|organizations)/\d+/type/{_REST}"
    rf"|agents\.global\.org-\d+\.system\.id\.goog/{_REST})"
)
_V1 = re.compile(
    rf"allUsers|allAuthenticatedUsers|(?:user|group):{_MAIL}|domain:{_DOMAIN}"
    rf"|serviceAccount:(?:{_MAIL}|{_PROJECT}\.svc\.id\.goog\[[a-z0-9-]+/[a-z0-9.-]+\])"
    rf"|project(?:Owner|Editor|Viewer):{_PROJECT}|principal://{_ONE}|principalSet://{_MANY}"
    rf"|(?:gcpserviceaccount|cloudidentity):{_REST}",
    re.IGNORECASE,
)
_V2 = re.compile(
    rf"principalSet://goog/(?:public:all|group/{_MAIL}|cloudIdentityCustomerId/C?[A-Za-z0-9]+)"
    rf"|(?:deleted:)?principal://goog/subject/{_MAIL}(?:\?uid=\d+)?"
    rf"|(?:deleted:)?principal://iam\.googleapis\.com/projects/-/serviceAccounts/{_MAIL}(?:\?uid=\d+)?"
    rf"|principal://{_ONE}|principalSet://{_MANY}"
    r"|principalSet://cloudresourcemanager\.googleapis\.com/(?:projects|folders|organizations)/\d+"
)


def member(value: str) -> str | None:
    """What is wrong with a principal of an allow policy. Source: https://cloud.google.com/iam/docs/principal-identifiers."""
    if value.startswith("deleted:"):
        return "is a deleted principal, which the provider refuses"
    if _V1.fullmatch(value):
        return None
    return "must be user:, group:, serviceAccount:, domain:, principal:// or principalSet:// and who, or allUsers"


def denied(value: str) -> str | None:
    """What is wrong with a principal of a deny policy, which is written as a URI (the `v2` form of the same page)."""
    if _V2.fullmatch(value):
        return None
    return (
        "must be a principal:// or principalSet:// identifier; a service account is "
        "principal://iam.googleapis.com/projects/-/serviceAccounts/EMAIL"
    )


def same_member(value: Any) -> Any:
    """A member as the provider compares it: principals that are URIs keep their case, others do not have one."""
    if not isinstance(value, str) or value.startswith(("principal:", "principalSet:", "principalHierarchy:")):
        return value
    if value in EVERYONE:
        return value
    kind, colon, rest = value.partition(":")
    return f"{kind}{colon}{rest.lower()}"


_ROLE = re.compile(
    r"roles/[A-Za-z0-9_.]{1,128}|projects/[a-z0-9.:-]+/roles/[A-Za-z0-9_.]{3,64}|organizations/\d+/roles/[A-Za-z0-9_.]{3,64}"
)


def role(value: str) -> str | None:
    """What is wrong with a role's name. Source: https://cloud.google.com/iam/docs/roles-overview#role-components."""
    if _ROLE.fullmatch(value):
        return None
    return "must be roles/NAME, projects/PROJECT/roles/NAME or organizations/NUMBER/roles/NAME"


# https://cloud.google.com/iam/docs/custom-roles-permissions-support; partners' services carry a domain
_PERMISSION = re.compile(
    r"[a-z][A-Za-z0-9]*\.[A-Za-z0-9]+\.[A-Za-z0-9]+"
    r"|(?!.*\.googleapis\.com/)[a-z0-9-]+(?:\.[a-z0-9-]+)+/[A-Za-z0-9]+\.[A-Za-z0-9]+"
)
# https://cloud.google.com/iam/docs/deny-permissions-support
_DENIED_PERMISSION = re.compile(r"(?:[a-z0-9-]+\.)+googleapis\.com/(?:[A-Za-z0-9]+|\*)\.(?:[A-Za-z0-9]+|\*)")


def permission(value: str) -> str | None:
    """What is wrong with a permission of a custom role (`service.resource.verb`, no wildcards)."""
    return None if _PERMISSION.fullmatch(value) else "must be SERVICE.RESOURCE.VERB, with no wildcard"


def denied_permission(value: str) -> str | None:
    """What is wrong with a permission of a deny policy (`service.googleapis.com/resource.verb`)."""
    if _DENIED_PERMISSION.fullmatch(value):
        return None
    return "must be SERVICE.googleapis.com/RESOURCE.VERB, where RESOURCE or VERB may be *"


# https://cloud.google.com/iam/docs/deny-overview#attachment-point
_ATTACHMENT = re.compile(
    r"cloudresourcemanager\.googleapis\.com/(?:projects/[a-z0-9.:-]+|folders/\d+|organizations/\d+)"
)


def attachment_point(value: str) -> str | None:
    """What is wrong with a deny policy's parent: a full resource name in URL encoding."""
    if "/" in value:
        return "must be URL-encoded: write %2F for each /"
    if _ATTACHMENT.fullmatch(unquote(value)):
        return None
    return "must be cloudresourcemanager.googleapis.com%2Fprojects%2FID, or a folder or an organization, by its number"


LABELS = 64


def _label(text: str, first: bool) -> bool:
    # \p{Ll}\p{Lo}\p{N}_- , and a key begins with a letter
    kinds = [unicodedata.category(character) for character in text]
    fits = all(
        kind in ("Ll", "Lo") or kind.startswith("N") or character in "_-"
        for kind, character in zip(kinds, text, strict=True)
    )
    return fits and len(text) <= 63 and len(text.encode()) <= 128 and (not first or kinds[:1] in (["Ll"], ["Lo"]))


def label_failures(labels: Any, path: str = "labels") -> Iterator[Failure]:
    """What is wrong with labels. Source: https://cloud.google.com/resource-manager/docs/labels-overview#requirements."""
    if not isinstance(labels, Mapping):
        return
    if len(labels) > LABELS:
        yield Failure(path, f"has {len(labels)} labels; Google Cloud takes {LABELS}")
    for key, value in labels.items():
        if not _label(key, first=True):
            yield Failure(
                f"{path}.{key}",
                "a label's key has a lower-case letter, then lower-case letters, digits, _ and -, 63 in all",
            )
        if isinstance(value, str) and value is not UNKNOWN and not _label(value, first=False):
            yield Failure(f"{path}.{key}", "a label's value has lower-case letters, digits, _ and - only, 63 at most")
