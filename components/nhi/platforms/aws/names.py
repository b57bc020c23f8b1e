"""What an agent's objects are called on AWS, and their ARNs, from names and the environment alone.

Owns names and ARNs that the documents of one agent share. No ARN here is read from a resource's output, so that a
preview knows every one of them. Does not own the grammar of a name (`contract.identity_name`).
"""

from __future__ import annotations

from typing import Final

from nhi.contract import identity_name
from nhi.plan.model import AgentPlan
from nhi.spec.environment import AwsEnvironment
from nhi.spec.problems import InputError, Problem

SECRET_SUFFIX: Final = "credential"
"""Ends every secret's name. AWS warns against names that end in a hyphen and six characters, because a partial ARN
then finds the wrong secret; `acme-worker` would be one
(https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html)."""


def account(plan: AgentPlan) -> AwsEnvironment:
    """The AWS account of the plan's environment. Raises `InputError` where the environment has none."""
    aws = plan.environment.aws
    if aws is None:
        raise InputError(
            [
                Problem(
                    f"agent {plan.name} is declared for aws, but the environment {plan.environment.environment} has no "
                    "AWS account, so no role could be made",
                    plan.at("platforms"),
                    "add an `aws` section to the environment file, or leave aws out of `platforms`.",
                )
            ]
        )
    return aws


def arn(plan: AgentPlan, service: str, resource: str, *, regional: bool = True) -> str:
    """An ARN in the environment's partition and account; IAM's have no region (`regional=False`)."""
    aws = account(plan)
    return f"arn:{aws.partition}:{service}:{aws.region if regional else ''}:{aws.account_id}:{resource}"


def role_name(plan: AgentPlan) -> str:
    """Name of the agent's role, at most 64 characters."""
    return _name(plan, "aws:role")


def role_arn(plan: AgentPlan) -> str:
    """ARN of the agent's role, path included."""
    return arn(plan, "iam", f"role{account(plan).path}{role_name(plan)}", regional=False)


def policy_name(plan: AgentPlan, suffix: str) -> str:
    """Name of one of the agent's managed policies: suffix `guard`, `grants-<n>` with n from 1, or `to-<callee>`."""
    return _name(plan, "aws:policy", suffix)


def policy_arn(plan: AgentPlan, suffix: str) -> str:
    """ARN of one of the agent's managed policies, path included."""
    return arn(plan, "iam", f"policy{account(plan).path}{policy_name(plan, suffix)}", regional=False)


def workload_identity_name(plan: AgentPlan) -> str:
    """Name of the agent's AgentCore workload identity."""
    return _name(plan, "aws:agentcore")


def profile_name(plan: AgentPlan) -> str:
    """Name of the agent's IAM Roles Anywhere profile."""
    return _name(plan, "aws:rolesanywhere-profile")


def secret_name(plan: AgentPlan) -> str:
    """Name of the agent's secret."""
    return _name(plan, "aws:secret", SECRET_SUFFIX)


def secret_arn_pattern(plan: AgentPlan) -> str:
    """The secret's ARN with `??????` for the six characters that AWS adds: it fits this secret and no other."""
    return arn(plan, "secretsmanager", f"secret:{secret_name(plan)}-??????")


def _name(plan: AgentPlan, kind: str, suffix: str = "") -> str:
    return identity_name(kind, plan.environment.prefix, plan.agent.agent_id, plan.instance, suffix)
