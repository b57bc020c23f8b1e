"""What an agent needs on AWS to become itself on Entra ID: a signed token, for one audience, that lives for minutes.

Owns the one permission that a declaration brings without a word of `allowed_actions`: where an agent lives on AWS and
on Entra ID and its workload holds nothing but its AWS role, the role vouches for it there, and has to ask STS for the
token that says so. Builder and judge both ask this module, so the grant is declared as any other: a role that has it
without the declaration, or for another audience, holds more than its file says. Does not own whom Entra ID trusts
(`platforms.entra.trust`), nor the account's switch for such tokens, which is the platform team's.

Google Cloud needs nothing of the kind: its provider for AWS takes a signed request of `sts:GetCallerIdentity`, which
AWS refuses to nobody. A workload with an issuer of its own (a cluster, a pipeline, SPIRE) brings its own token.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_policies.html and
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from nhi.contract import ENTRA_AUDIENCE, Platform
from nhi.permissions.model import Condition, Grant
from nhi.spec.declared import DeclaredAgent
from nhi.spec.model import AgentCoreWorkload, EcsWorkload, EksWorkload, LambdaWorkload

ACTION: Final = "sts:GetWebIdentityToken"
LONGEST: Final = timedelta(minutes=5)
"""The token is exchanged at once, and whoever sees it can exchange it too. AWS takes 1 to 60 minutes; 5 is its
default."""


def outbound_grant(declared: DeclaredAgent, platforms: Collection[Platform]) -> Grant | None:
    """The permission of the agent's AWS role to ask for the token that Entra ID takes; None where it needs none.

    `platforms` are those that the agent lives on.
    """
    aws = declared.environment.environment.aws
    if not {"aws", "entra"} <= set(platforms) or aws is None or aws.outbound_issuer is None:
        return None
    if not _only_a_role(declared):
        return None
    life = min(LONGEST, declared.environment.profile.ceilings(declared.agent.risk_tier).max_token_life)
    return Grant(
        platform="aws",
        effect="allow",
        actions=(ACTION,),
        # AWS knows no resource for it; audience and life are what bounds it.
        resources=("*",),
        access="write",
        reason="federation into Entra ID",
        origin=declared.positions.at("credential", "workload"),
        conditions=(
            # Trap: a token may have ten audiences, and `ForAnyValue` would be content with one of them. `ForAllValues`
            # holds for a request without any, so that the key is there is asked as well.
            Condition("ForAllValues:StringEquals", "sts:IdentityTokenAudience", (ENTRA_AUDIENCE,)),
            Condition("Null", "sts:IdentityTokenAudience", ("false",)),
            Condition("NumericLessThanEquals", "sts:DurationSeconds", (str(int(life.total_seconds())),)),
        ),
    )


def _only_a_role(declared: DeclaredAgent) -> bool:
    workload = declared.agent.credential.workload if declared.agent.credential else None
    match workload:
        case EcsWorkload() | LambdaWorkload() | AgentCoreWorkload():
            return True
        case EksWorkload(cluster=cluster):
            return declared.environment.environment.eks_issuer(cluster) is None
        case _:
            return False
