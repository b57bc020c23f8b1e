"""Ways to become more than one is on AWS that take several permissions together: the table, and who holds one whole.

Owns which combinations those are, each with its source, and the question whether a role holds every part of one, over
all of its policies together. Does not own what one action alone gives (`escalation`), nor what is said about either
(`rules/escalation`).

A part is held where some request for it is really permitted: on some object, in some context, with no Deny against it.
Two parts need not be held on the same object, which can only find too much: a role that may pass one role and change
another's function is worth a look all the same. A role that may be passed to one service only is no part of a way that
leads through another. A session of a code interpreter is not here: on one that is named it is work, and on any it is a
primitive by itself.

Sources, read on 2026-11-28: the published collection of escalation paths pathfinding.cloud (each row names its path),
and where it has none the documentation of AWS on what the service does with a role that it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from nhi.permissions.algebra import meet
from nhi.permissions.globs import has_wildcard, matches
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement, Witness
from nhi.permissions.proof import Proved, Refuted, empty

from nhi_policies.view.aws.effective import really
from nhi_policies.view.aws.witness import readable
from nhi_policies.view.proofs import Granted

_PATH = "https://pathfinding.cloud/paths/"
_AWS = "https://docs.aws.amazon.com/"
_PASS: Final = "iam:PassRole"


@dataclass(frozen=True, slots=True)
class Combination:
    """Several parts that together let a principal become more than it is.

    A part is one action of several that do as well as each other here. `service` is the one that a passed role is
    handed to, where it is known for sure under which name AWS compares it.
    """

    parts: tuple[tuple[str, ...], ...]
    gains: str
    source: str
    service: str = ""

    @property
    def name(self) -> str:
        """How messages name it: the first action of each part."""
        return " + ".join(part[0] for part in self.parts)


def _way(parts: str, gains: str, source: str, service: str = "") -> Combination:
    """A combination from `a + b|c`: parts, and what does as well."""
    read = tuple(tuple(part.strip().split("|")) for part in parts.split(" + "))
    return Combination(read, gains, source, service)


def _passing(parts: str, gains: str, source: str, service: str = "") -> Combination:
    return _way(f"{_PASS} + {parts}", gains, source, service)


COMBINATIONS: Final[tuple[Combination, ...]] = (
    # --- a role that is passed to a service which then runs what the caller brings
    _passing(
        "lambda:CreateFunction + lambda:InvokeFunction|lambda:InvokeAsync|lambda:CreateEventSourceMapping|"
        "lambda:AddPermission|lambda:CreateFunctionUrlConfig",
        "make a function under any role that it may pass, and run it",
        f"{_PATH}lambda-001",
        "lambda.amazonaws.com",
    ),
    _passing(
        "lambda:UpdateFunctionConfiguration + lambda:InvokeFunction|lambda:InvokeAsync|lambda:AddPermission",
        "give a function another role, and run it",
        f"{_AWS}lambda/latest/dg/lambda-intro-execution-role.html",
        "lambda.amazonaws.com",
    ),
    _passing(
        "ec2:RunInstances|ec2:RequestSpotInstances|ec2:RequestSpotFleet|ec2:CreateFleet",
        "start a machine under any role that it may pass, with a script of its own",
        f"{_PATH}ec2-001",
        "ec2.amazonaws.com",
    ),
    _passing(
        "ec2:AssociateIamInstanceProfile|ec2:ReplaceIamInstanceProfileAssociation + ssm:SendCommand|ssm:StartSession|"
        "ec2-instance-connect:SendSSHPublicKey",
        "put another role onto a machine that it can log in to",
        f"{_AWS}AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html",
        "ec2.amazonaws.com",
    ),
    _passing(
        "ecs:RegisterTaskDefinition + ecs:RunTask|ecs:StartTask|ecs:CreateService|ecs:UpdateService",
        "run a container of its own under any role that it may pass",
        f"{_PATH}ecs-004",
        "ecs-tasks.amazonaws.com",
    ),
    _passing(
        "ecs:RunTask|ecs:StartTask",
        "run a task that is there under another role and another command, which both calls take",
        f"{_AWS}AmazonECS/latest/APIReference/API_TaskOverride.html",
        "ecs-tasks.amazonaws.com",
    ),
    _passing(
        "batch:RegisterJobDefinition + batch:SubmitJob",
        "run a job of its own under any role that it may pass",
        f"{_AWS}batch/latest/userguide/job_definition_parameters.html",
    ),
    _passing(
        "apprunner:CreateService|apprunner:UpdateService",
        "run a service of its own under any role that it may pass",
        f"{_PATH}apprunner-001",
    ),
    _passing(
        "cloudformation:CreateStack|cloudformation:UpdateStack",
        "let a stack make whatever the passed role may make",
        f"{_PATH}cloudformation-001",
        "cloudformation.amazonaws.com",
    ),
    _passing(
        "cloudformation:CreateChangeSet + cloudformation:ExecuteChangeSet",
        "let a stack change whatever the passed role may change",
        f"{_PATH}cloudformation-005",
        "cloudformation.amazonaws.com",
    ),
    _passing(
        "cloudformation:CreateStackSet|cloudformation:UpdateStackSet + cloudformation:CreateStackInstances",
        "let stacks in many accounts make whatever the passed role may make",
        f"{_PATH}cloudformation-003",
        "cloudformation.amazonaws.com",
    ),
    _passing(
        "codebuild:CreateProject|codebuild:UpdateProject + codebuild:StartBuild|codebuild:StartBuildBatch",
        "build its own commands under any role that it may pass",
        f"{_PATH}codebuild-001",
        "codebuild.amazonaws.com",
    ),
    _passing(
        "codepipeline:CreatePipeline|codepipeline:UpdatePipeline",
        "run steps of its own under any role that it may pass",
        f"{_AWS}codepipeline/latest/userguide/security-iam.html",
    ),
    _passing(
        "datapipeline:CreatePipeline + datapipeline:PutPipelineDefinition",
        "run steps of its own under any role that it may pass",
        f"{_PATH}datapipeline-001",
    ),
    _passing(
        "glue:CreateDevEndpoint|glue:CreateSession",
        "open a shell or a session under any role that it may pass",
        f"{_PATH}glue-001",
        "glue.amazonaws.com",
    ),
    _passing(
        "glue:CreateJob|glue:UpdateJob + glue:StartJobRun|glue:CreateTrigger|glue:StartTrigger",
        "run a script of its own under any role that it may pass",
        f"{_PATH}glue-003",
        "glue.amazonaws.com",
    ),
    _passing(
        "sagemaker:CreateNotebookInstance|sagemaker:CreateTrainingJob|sagemaker:CreateProcessingJob|"
        "sagemaker:CreateHyperParameterTuningJob",
        "run a notebook or a job of its own under any role that it may pass",
        f"{_PATH}sagemaker-001",
        "sagemaker.amazonaws.com",
    ),
    _passing(
        "bedrock-agentcore:CreateCodeInterpreter + bedrock-agentcore:StartCodeInterpreterSession|"
        "bedrock-agentcore:InvokeCodeInterpreter",
        "run code of its own under any role that it may pass",
        f"{_PATH}bedrock-001",
        "bedrock-agentcore.amazonaws.com",
    ),
    _passing(
        "bedrock-agentcore:CreateAgentRuntime|bedrock-agentcore:UpdateAgentRuntime + "
        "bedrock-agentcore:InvokeAgentRuntime|bedrock-agentcore:InvokeAgentRuntimeCommand",
        "run an agent of its own under any role that it may pass",
        f"{_AWS}bedrock-agentcore/latest/devguide/runtime-permissions.html",
        "bedrock-agentcore.amazonaws.com",
    ),
    _passing(
        "bedrock-agentcore:CreateGateway|bedrock-agentcore:UpdateGateway + bedrock-agentcore:CreateGatewayTarget|"
        "bedrock-agentcore:UpdateGatewayTarget",
        "call what it likes through a gateway under any role that it may pass",
        f"{_AWS}bedrock-agentcore/latest/devguide/gateway-prerequisites-permissions.html",
        "bedrock-agentcore.amazonaws.com",
    ),
    _passing(
        "states:CreateStateMachine|states:UpdateStateMachine + states:StartExecution|states:StartSyncExecution",
        "call any API under any role that it may pass",
        f"{_AWS}step-functions/latest/dg/supported-services-awssdk.html",
        "states.amazonaws.com",
    ),
    _passing(
        "scheduler:CreateSchedule|scheduler:UpdateSchedule",
        "call any API on a schedule under any role that it may pass",
        f"{_AWS}scheduler/latest/UserGuide/managing-targets-universal.html",
    ),
    _passing(
        "events:PutRule + events:PutTargets",
        "start its own targets under any role that it may pass",
        f"{_AWS}eventbridge/latest/userguide/eb-use-identity-based.html",
    ),
    _passing(
        "ssm:StartAutomationExecution|ssm:CreateAssociation",
        "run a runbook under any role that it may pass",
        f"{_AWS}systems-manager/latest/userguide/automation-setup-iam.html",
    ),
    _passing(
        "elasticmapreduce:RunJobFlow",
        "start a cluster under any role that it may pass, with steps of its own",
        f"{_AWS}emr/latest/ManagementGuide/emr-iam-roles.html",
    ),
    _passing(
        "eks:CreatePodIdentityAssociation|eks:UpdatePodIdentityAssociation",
        "give a pod any role that it may pass",
        f"{_AWS}eks/latest/userguide/pod-id-association.html",
    ),
    _passing(
        "rolesanywhere:CreateProfile|rolesanywhere:UpdateProfile + rolesanywhere:CreateTrustAnchor|"
        "rolesanywhere:UpdateTrustAnchor",
        "become any role that it may pass, with a certificate of its own",
        f"{_AWS}rolesanywhere/latest/userguide/security-iam.html",
    ),
    _passing(
        "cognito-identity:SetIdentityPoolRoles + cognito-identity:GetCredentialsForIdentity",
        "become any role that it may pass, as a user of a pool",
        f"{_AWS}cognito/latest/developerguide/iam-roles.html",
    ),
    # --- code or commands under a role that is there already
    _way(
        "lambda:UpdateFunctionCode + lambda:InvokeFunction|lambda:InvokeAsync|lambda:AddPermission|"
        "lambda:CreateEventSourceMapping",
        "run code of its own under a function's role",
        f"{_PATH}lambda-004",
    ),
    _way(
        "lambda:PublishLayerVersion + lambda:UpdateFunctionConfiguration",
        "put a layer of its own before a function's code",
        f"{_AWS}lambda/latest/dg/chapter-layers.html",
    ),
    _way(
        "ec2:ModifyInstanceAttribute + ec2:StopInstances + ec2:StartInstances",
        "start a machine again with a script of its own",
        f"{_PATH}ec2-002",
    ),
    _way(
        "ec2:CreateLaunchTemplateVersion + ec2:ModifyLaunchTemplate",
        "let the next machines of a group start with a script of its own",
        f"{_PATH}ec2-004",
    ),
    _way(
        "sagemaker:CreateNotebookInstanceLifecycleConfig + sagemaker:UpdateNotebookInstance + "
        "sagemaker:StartNotebookInstance",
        "start a notebook again with a script of its own",
        f"{_PATH}sagemaker-005",
    ),
    # --- principals and policies
    _way(
        "iam:UpdateAssumeRolePolicy + sts:AssumeRole",
        "let itself into a role and become it",
        f"{_PATH}iam-012",
    ),
    _way(
        "iam:UpdateAssumeRolePolicy + iam:AttachRolePolicy|iam:PutRolePolicy|iam:CreatePolicyVersion",
        "let itself into a role that it has made as strong as it likes",
        f"{_PATH}iam-019",
    ),
    _way(
        "iam:AttachRolePolicy|iam:PutRolePolicy|iam:CreatePolicyVersion + sts:AssumeRole",
        "make a role as strong as it likes and become it",
        f"{_PATH}iam-014",
    ),
    _way(
        "iam:CreateRole + iam:AttachRolePolicy|iam:PutRolePolicy",
        "make a role that trusts it and may do anything",
        f"{_AWS}IAM/latest/UserGuide/id_roles_create_for-user.html",
    ),
    _way(
        "iam:AttachUserPolicy|iam:PutUserPolicy|iam:AddUserToGroup + iam:CreateAccessKey|iam:CreateLoginProfile|"
        "iam:UpdateLoginProfile",
        "make a user as strong as it likes and log in as it",
        f"{_PATH}iam-015",
    ),
    _way(
        "iam:CreateAccessKey + iam:DeleteAccessKey",
        "make room for a key of its own beside a user's two",
        f"{_PATH}iam-003",
    ),
)
"""Ordered so that the first way of a role to be held whole is the one that a reader knows best."""

_ACTIONS: Final = frozenset(action for one in COMBINATIONS for part in one.parts for action in part)
_BY_LOWER: Final[Mapping[str, str]] = {action.lower(): action for action in _ACTIONS}


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a combination as a role holds it: the action, the statement that gives it, and a request.

    Without a witness it is undecided whether the statement gives it, and `reason` says why.
    """

    action: str
    statement: Statement
    witness: Witness | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A combination that a role holds whole."""

    combination: Combination
    steps: tuple[Step, ...]


def held(granted: Granted) -> Iterator[Held]:
    """Every combination that a role holds whole, over all its policies. What is undecided counts as held."""
    named = _named(granted)
    if len(named) < 2:
        return
    known: dict[tuple[str, str], Step | None] = {}
    for combination in COMBINATIONS:
        if not all(any(action in named for action in part) for part in combination.parts):
            continue
        steps = [_step(granted, part, combination.service, named, known) for part in combination.parts]
        found = tuple(one for one in steps if one is not None)
        if len(found) == len(steps):
            yield Held(combination, found)


def _named(granted: Granted) -> frozenset[str]:
    """The actions of the table that some Allow speaks of; a role without any is done with here."""
    found: set[str] = set()
    for statement in granted.statements:
        if statement.effect == "allow":
            if statement.not_actions:
                found |= _ACTIONS.difference(*(_contained(one) for one in statement.not_actions))
            for pattern in statement.actions:
                found |= _contained(pattern)
    return frozenset(found)


@lru_cache(maxsize=65536)
def _contained(pattern: str) -> frozenset[str]:
    if has_wildcard(pattern):
        return frozenset(one for one in _ACTIONS if matches(pattern, one, case_sensitive=False))
    action = _BY_LOWER.get(pattern.lower())
    return frozenset((action,)) if action else frozenset()


def _step(
    granted: Granted,
    part: tuple[str, ...],
    service: str,
    named: frozenset[str],
    known: dict[tuple[str, str], Step | None],
) -> Step | None:
    for action in part:
        if action in named:
            asked = action, service if action == _PASS else ""
            if asked not in known:
                known[asked] = _given(granted, *asked)
            if known[asked] is not None:
                return known[asked]
    return None


def _given(granted: Granted, action: str, service: str) -> Step | None:
    """The first statement that gives an action on something; None where it is proved that none does."""
    conditions = (Condition("StringEquals", "iam:PassedToService", (service,)),) if service else ()
    asked = PermissionSet("aws", (Policy((Statement("allow", (action,), resources=("*",), conditions=conditions),)),))
    doubt: Step | None = None
    for statement in granted.statements:
        if statement.effect == "deny" or action not in _named(Granted(_alone(statement))):
            continue
        both = meet(really(granted, statement), asked)
        verdict = empty(both)
        if isinstance(verdict, Refuted):
            return Step(action, statement, readable(verdict.witness, both, PermissionSet("aws", ())))
        if not isinstance(verdict, Proved):
            doubt = doubt or Step(action, statement, None, verdict.reason)
    return doubt


def _alone(statement: Statement) -> PermissionSet:
    return PermissionSet("aws", (Policy((statement,)),))
