"""NHI-TRU-015: an agent's role trusts the workload that its file declares."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Statement
from nhi_policies.view.aws.holders import entrances
from nhi_policies.view.aws.reach import unescaped
from nhi_policies.view.aws.trust import Expected, expected, is_own_session, pinned
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-015",
    slug="trust-matches-declared-workload",
    severity="high",
    kind="resource",
    targets=(t.AWS_ROLE,),
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01"),
    row="2.1",
)
def trust_matches_declared_workload(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whoever may become an agent is the workload that the agent's file declares, and nobody else.

    Why: the file is what was reviewed; another workload runs other code.
    Bad: a file that declares a Lambda function, and a role that an EKS pod may assume.
    Fix: change the workload in the agent's file and let the component write the trust policy.
    """
    who, statements = entrances(resource, context)
    if who.declared is None:
        raise NotApplicable("no file declares the agent")
    declared = expected(who.declared, who.instance)
    for statement in statements:
        if is_own_session(statement, who):
            continue  # the agent itself, in a session that carries a user; NHI-USR-011 judges that
        if declared is None:
            wrong = "lets somebody in, and the file declares no workload for AWS"
        else:
            wrong = _difference(statement, declared)
        if wrong:
            yield Finding(
                f"{statement.label} {wrong}.",
                "change the workload in the agent's file, and let the component write the trust policy.",
                f"workload::{statement.sid or statement.index}",
                who.declared.positions.at("credential", "workload"),
            )


def _difference(statement: Statement, declared: Expected) -> str:
    strange = next((one for one in statement.principals if one != declared.principal), None)
    if strange is not None:
        return f"trusts {strange}, and the file's workload comes as {declared.principal}"
    for key, value in declared.pins.items():
        written = pinned(statement, key)
        if written is not None and {unescaped(one) for one in written} != {value}:
            return f"pins {key} to {', '.join(written)}, and the file's workload is {value}"
    sources = pinned(statement, "aws:SourceArn") if declared.source else None
    if declared.source and sources and not all(declared.source.fullmatch(unescaped(one)) for one in sources):
        return f"pins aws:SourceArn to {', '.join(sources)}, which is not the file's workload"
    return ""
