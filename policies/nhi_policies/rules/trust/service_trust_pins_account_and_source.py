"""NHI-TRU-012: a trusted service is trusted for one account and one source."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Principal, Statement
from nhi_policies.view.aws.holders import entrances
from nhi_policies.view.aws.reach import is_exact
from nhi_policies.view.aws.trust import EKS, pinned, required_pins, source_problem
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-012",
    slug="service-trust-pins-account-and-source",
    severity="high",
    kind="resource",
    targets=(t.AWS_ROLE,),
    controls=("OWASP-NHI4", "ASI03", "NIST-AC-3", "ISO27001-A.8.3", "AIRS-IAM-01", "AWS-AGENTSEC-03-BP01"),
    row="2.1",
)
def service_trust_pins_account_and_source(resource: Resource, context: Context) -> Iterator[Finding]:
    """A service that may assume an agent's role may do so for the environment's account and the agent's workload only.

    Why: a service acts for all of its customers; without the two keys one of them can make it act on your role.
    Bad: `lambda.amazonaws.com` without `aws:SourceAccount` or `aws:SourceArn`; `function:*` as the source.
    Fix: pin `aws:SourceAccount`, and `aws:SourceArn` to the function, runtime or trust anchor. ECS knows no narrower
        source than `arn:aws:ecs:<region>:<account>:*`.
    """
    aws = context.environment.environment.aws if context.environment else None
    for statement in entrances(resource, context)[1]:
        for principal in statement.principals:
            if principal.kind != "Service":
                continue
            accounts = pinned(statement, "aws:SourceAccount")
            account = accounts[0] if accounts and len(accounts) == 1 else ""
            if not is_exact(account):
                wrong, key = "does not pin one aws:SourceAccount", "aws:SourceAccount"
            elif aws is not None and account != aws.account_id:
                wrong, key = f"takes calls for account {account}, not the environment's", "aws:SourceAccount"
            else:
                wrong, key = _source(principal, statement, account), "aws:SourceArn"
            if wrong:
                yield Finding(
                    f"{statement.label} trusts {principal.value} and {wrong}.",
                    f"pin {key} to the agent's own.",
                    f"{principal.value}::{key}",
                )


def _source(principal: Principal, statement: Statement, account: str) -> str:
    sources = pinned(statement, "aws:SourceArn")
    if sources is None:
        # EKS says the cluster in its own session tags as well, which the other rule demands.
        told = principal.value == EKS and all(pinned(statement, *keys) for _, keys in required_pins(principal))
        return "" if told else "does not pin aws:SourceArn"
    return next((why for source in sources if (why := source_problem(principal, source, account))), "")
