"""Whether statements end when the declaration says the agent does: what the rules about grants and trust share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nhi.clock import timestamp

from nhi_policies.declared import Context, lock_date
from nhi_policies.verdict import Finding
from nhi_policies.view.aws.documents import Statement
from nhi_policies.view.aws.reach import ends
from nhi_policies.view.holders import Holder, ceilings


def late(who: Holder, statements: Iterable[Statement], context: Context) -> Iterator[Finding]:
    """A finding for each statement that never ends where the tier wants an end, or ends after the lock date.

    An agent that no file declares has no lock date, and the strictest tier. Raises `Unproven` for a date that cannot
    be read.
    """
    needed = ceilings(who, context).grant_expiry_required
    lock = lock_date(who.declared.agent) if who.declared else None
    origin = context.origin(who.agent, "credential", "expires")
    fix = f"add DateLessThan aws:CurrentTime {timestamp(lock)}." if lock else "declare `credential.expires`."
    for statement in statements:
        name, end = statement.sid or str(statement.index), ends(statement)
        if end is None and needed:
            yield Finding(f"{statement.label} never ends.", fix, f"never::{name}", origin)
        elif end is not None and lock is not None and end > lock:
            text = f"{statement.label} ends on {timestamp(end)}, after the agent's lock date {timestamp(lock)}."
            yield Finding(text, fix, f"late::{name}", origin)
