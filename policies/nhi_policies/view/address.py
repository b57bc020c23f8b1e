"""Whether an e-mail address can be a person's: the reading that sponsor rules share.

Owns the list of words that name mailboxes and machines. Does not know whether the person exists; a sponsor directory
in the environment file does. A name that merely contains such a word is a name: `max.bot@` and `info.sorensen@` pass.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")

# Whole local parts that RFC 2142 and common practice give to roles, not to people.
# fmt: off
SHARED_LOCAL_PARTS = frozenset(
    {
        "abuse", "accounting", "accounts", "admin", "administrator", "admins", "agent", "agents", "ai", "all",
        "alerts", "api", "automation", "billing", "board", "bot", "ciso", "compliance", "contact", "contracts",
        "cto", "data", "deploy", "dev", "developers", "development", "devops", "everyone", "feedback",
        "finance", "hello", "help", "helpdesk", "hostmaster", "hr", "info", "infosec", "invoices", "it", "jobs",
        "legal", "list", "mail", "mailbox", "mailer-daemon", "marketing", "monitoring", "news", "noc",
        "no-reply", "noreply", "do-not-reply", "donotreply", "notifications", "office", "oncall", "on-call",
        "operations", "ops", "orders", "payments", "platform", "postmaster", "press", "privacy", "procurement",
        "root", "sales", "security", "service", "services", "shared", "soc", "sponsor", "sponsors", "sre",
        "staff", "support", "svc", "sysadmin", "system", "team", "teams", "test", "webmaster",
    }
)
# fmt: on
_GROUP_WORDS = frozenset(
    {"team", "teams", "group", "groups", "bot", "svc", "service", "dl", "list", "shared", "mailbox"}
)
_REPLY_WORDS = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "do_not_reply")


def why_no_person(address: str, agent_ids: Container[str] = (), shared: Iterable[str] = ()) -> str | None:
    """Why `address` cannot be one person's, or None.

    `agent_ids` are ids of agents (an agent never sponsors itself or another), `shared` further local parts or whole
    addresses that the environment names.
    """
    if not ADDRESS.fullmatch(address):
        return "is no e-mail address"
    local = address.lower().rpartition("@")[0].split("+", 1)[0]
    named = {entry.lower() for entry in shared}
    if local in named or address.lower() in named:
        return "is listed as a shared mailbox"
    if any(word in local for word in _REPLY_WORDS):
        return "is a mailbox that nobody reads"
    if local in agent_ids:
        return "is an agent's own address"
    if local in SHARED_LOCAL_PARTS:
        return "is a shared mailbox"
    # `data-team`, `svc-mail`, `dl_platform`: joined by dash or underscore, where a person's names are joined by dots.
    words = re.split(r"[-_]", local)
    if len(words) > 1 and (words[0] in _GROUP_WORDS or words[-1] in _GROUP_WORDS):
        return "is a shared mailbox"
    return None
