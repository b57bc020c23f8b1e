"""Fixtures of NHI-SPN-002."""

from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-002"

GOOD = [Case("a person", kit.agent())]
BAD = [
    Case("a shared mailbox", kit.agent(sponsor="support@example.com"), expect="shared mailbox"),
    Case("nobody reads it", kit.agent(sponsor="build-noreply@example.com"), expect="nobody reads"),
    Case("a team by name", kit.agent(sponsor="data-team@example.com"), expect="shared mailbox"),
    Case("a group", kit.agent(sponsor={"id": "mia.berg@example.com", "type": "group"}), expect="group"),
    Case("no address", kit.agent(sponsor="Mia Berg"), expect="no e-mail address"),
    Case("itself", kit.agent(sponsor="support-agent@example.com"), expect="agent's own"),
    Case("a shared backup", kit.agent(**{"sponsor.backup": "ops@example.com"}), expect="backup"),
    Case("a tagged shared mailbox", kit.agent(sponsor="support+agents@example.com"), expect="shared mailbox"),
]
NEAR_MISS = [
    Case("a surname that is a role", kit.agent(sponsor="max.bot@example.com")),
    Case("a name that contains a role", kit.agent(sponsor="info.sorensen@example.com")),
    Case("a double name", kit.agent(sponsor="ann-marie.service@example.com")),
    Case("a tag", kit.agent(sponsor="mia.berg+agents@example.com")),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
