"""Fixtures of NHI-SPN-040."""

from nhi_policies.view.resource import Resource

from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-040"


def _account(sponsor: object) -> Resource:
    notes = {key: value for key, value in kit.metadata()["annotations"].items() if key != "nhi/sponsor"}
    return kit.service_account(
        **{"metadata.annotations": notes if sponsor is None else {**notes, "nhi/sponsor": sponsor}}
    )


GOOD = [Case("the component's account", kit.service_account())]
BAD = [
    Case("no sponsor", _account(None), expect="missing"),
    Case("an empty one", _account(" "), expect="empty"),
    Case("a team's mailbox", _account("data-team@example.com"), expect="shared mailbox"),
    Case("an agent", _account("support-agent@example.com"), expect="agent's own"),
    Case("no address", _account("Tomas Lind"), expect="no e-mail address"),
    Case(
        "a mailbox that the environment names",
        _account("front-desk@example.com"),
        kit.context(environment=kit.environment(**{"sponsors.shared_mailboxes": ["front-desk"]})),
        expect="shared mailbox",
    ),
]
NEAR_MISS = [
    Case("a name with a word of machines in it", _account("max.bot@example.com")),
    Case("an account of nobody", kit.resource("kubernetes:core/v1:ServiceAccount", "x", {"metadata": {"name": "x"}})),
]
UNKNOWN = [Case("an unknown sponsor", _account(kit.UNKNOWN), expect="nhi/sponsor")]
