"""What can be reached at all, row by row and platform by platform.

Owns `docs/parity.md` (`python -m nhi_policies.parity.table --write | --check`). The table is made from the row
definitions; a test fails where the file and they differ.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nhi.contract import PLATFORMS

from nhi_policies.parity.judge import PLATFORM_ROWS
from nhi_policies.parity.model import ROWS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "parity.md"
_NAMES = {"aws": "AWS", "entra": "Entra ID", "gcp": "Google Cloud", "kubernetes": "Kubernetes"}

_HEAD = """# Parity: how far each platform holds each requirement

Made from the row definitions by `python -m nhi_policies.parity.table --write`; do not edit.

One agent file becomes identities on several platforms, and platforms differ. `nhi parity` says for each agent,
instance, platform and row of the requirements how far the row holds, why, and which resource or which rule does it:

```
nhi parity --stack dev                       # text, every agent
nhi parity --stack dev --agent support-agent # one agent
nhi parity --format markdown                 # a table for a review; --format json for machines
```

It is computed from the resources that `nhi check` judges. Nothing is written by hand for an agent: take a lock away
(the guard policy, the boundary, a date, a label, an admission policy) and its rows fall.

| Word | Means |
|---|---|
| enforced | The platform, or admission inside it, refuses what breaks the row, even if nobody deploys again. |
| detected | A rule of the gate, which the report names, notices at every run. Until then the row may be broken. |
| documented | It stands on a resource or in the file, and nothing looks; so does what lost its lock or is unreadable. |
| impossible | The platform has nothing for it. |

A tier profile can demand `enforced` (`required_parity`); rule NHI-PRM-131 then refuses an active agent whose resources
do not reach it on one of its platforms. In the report such rows carry a `*`, and a `!` where they fall short; the
command then exits with 1. A stopped agent owes nothing, so that stopping an agent always passes.

What the words do not say: that an administrator cannot take a lock away. A role can be deleted, an admission policy can
be removed; the account-side controls in [the threat model](threat-model.md) are for that. Monitoring (rows 4.1 to 4.5)
and review (5.1 to 5.3) are `documented` for now: nothing of this project watches or counts yet. The parts of rows 6.1
and 6.3 that are about keeping logs are not looked at, which is why a stopped agent is never more than `detected` there.

Expressions of admission policies count only in the forms that the gate knows word for word. A policy that says the same
in other words may refuse as much; the report says `detected`, because it cannot prove more. A stack that leaves the
admission policies to another stack of the same cluster cannot prove them either; an exception is the place to write
down which stack has them: rule `NHI-PRM-131[kubernetes::1.5]`, and another one for 2.3, with the target
`*:core/v1:ServiceAccount::*`. The rule is of high severity, so the exception must be signed.

## What an active agent can reach
"""


def table() -> str:
    """The page in Markdown."""
    lines = [
        _HEAD,
        "| Row | Requirement | " + " | ".join(_NAMES[platform] for platform in PLATFORMS) + " |",
        "|---|---|" + "---|" * len(PLATFORMS),
    ]
    for row in ROWS:
        cells = [PLATFORM_ROWS[platform].rows[row.number].best for platform in PLATFORMS]
        lines.append(f"| {row.number} | {row.name}: {row.asks} | " + " | ".join(cells) + " |")
    for platform in PLATFORMS:
        lines += ["", f"## The locks on {_NAMES[platform]}", "", "| Row | At best | What it takes |", "|---|---|---|"]
        rows = PLATFORM_ROWS[platform].rows
        lines += [f"| {row.number} | {rows[row.number].best} | {rows[row.number].lock} |" for row in ROWS]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes or checks `docs/parity.md`. Returns 0, or 1 where `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m nhi_policies.parity.table", description="Writes docs/parity.md.")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write docs/parity.md")
    choice.add_argument("--check", action="store_true", help="exit 1 where docs/parity.md differs from the rows")
    given = parser.parse_args(arguments)
    text = table()
    if given.write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        print("docs/parity.md differs. Run: python -m nhi_policies.parity.table --write", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
