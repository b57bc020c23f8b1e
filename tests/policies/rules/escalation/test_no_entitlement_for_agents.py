"""Fixtures of NHI-ESC-303."""

from nhi_policies.view import types as t

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-303"

_PERSON, _AGENT = "user:ana.reyes@example.com", f"serviceAccount:{g.email()}"


def _entitlement(*eligible: object, approver: object = _PERSON, **more: object) -> object:
    workflow = {"manualApprovals": {"steps": {"approvers": {"principals": [approver]}}}}
    inputs = {
        "parent": f"projects/{g.PROJECT}",
        "eligibleUsers": [{"principals": list(eligible)}],
        "approvalWorkflow": workflow,
        "privilegedAccess": {"gcpIamAccess": {"roleBindings": [{"role": "roles/editor"}]}},
        **more,
    }
    return kit.resource(t.GCP_ENTITLEMENT, "raise", inputs)


GOOD = [Case("people raise themselves", _entitlement(_PERSON), g.context())]
BAD = [
    Case("an agent raises itself", _entitlement(_PERSON, _AGENT), g.context(), "support-agent may raise itself"),
    Case("an agent approves", _entitlement(_PERSON, approver=_AGENT), g.context(), "support-agent may approve"),
    Case("everybody raises himself", _entitlement("allAuthenticatedUsers"), g.context(), "among everybody"),
    Case(
        "every account of the project",
        _entitlement(f"principalSet://cloudresourcemanager.googleapis.com/projects/{g.NUMBER}/type/ServiceAccount"),
        g.context(),
        "every account",
    ),
]
NEAR_MISS = [
    Case("another account", _entitlement("serviceAccount:robot@acme-agents.iam.gserviceaccount.com"), g.context()),
    Case("no agents", _entitlement(_AGENT), g.NO_AGENTS),
]
UNKNOWN = [
    Case("who is eligible is not known", _entitlement(kit.UNKNOWN), g.context(), "eligibleUsers"),
    Case("who approves is not known", _entitlement(_PERSON, approver=kit.UNKNOWN), g.context(), "approvalWorkflow"),
]
