"""NHI-USR-041: an agent's service account says for whom it acts."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import ON_BEHALF_ANNOTATION

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.kubernetes.agents import agents_only
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-USR-041",
    slug="account-says-for-whom",
    severity="medium",
    kind="resource",
    targets=(t.K8S_SERVICE_ACCOUNT,),
    controls=("OWASP-NHI1", "ASI03", "NIST-CM-8", "ISO27001-A.5.9", "AIRS-DEL-05"),
    row="3.5",
)
def account_says_for_whom(resource: Resource, context: Context) -> Iterator[Finding]:
    """The annotation `nhi/acts-on-behalf` of an agent's account is what its file says, and absent where that is silent.

    Why: a cluster cannot see users, so a gateway that checks their tokens has to learn here whose it must ask for.
    Bad: an account without it, of an agent whose file says `required`; one that says `never` where the file does not.
    Fix: let the component write the account, or copy the word from the file.
    """
    owner = agents_only(resource, context)
    declared = context.agents.get(owner[0])
    if declared is None:
        raise NotApplicable("no file declares the agent")
    said = declared.agent.acts_on_behalf
    if resource.text("metadata", "annotations", ON_BEHALF_ANNOTATION) != said:
        yield Finding(
            f"its annotation {ON_BEHALF_ANNOTATION} is not what the file says ({said or 'nothing'}).",
            "let the component write the account, or copy the word from the agent's file.",
            "annotation",
            declared.positions.at("acts_on_behalf"),
            owner[0],
        )
