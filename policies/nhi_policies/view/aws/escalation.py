"""AWS actions with which a principal can become more than it is: the table, with the source of each row.

Owns which actions those are. Does not own what is said about them (`rules/escalation`). A row with `only_wide` is a
primitive only where its resources are not named: reading one named secret is work, reading any secret is escalation.

Sources, read on 2026-11-24: the service authorization reference of AWS, the IAM user guide, and the published
collections of escalation paths by Rhino Security Labs and pathfinding.cloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from nhi.permissions.globs import has_wildcard, matches

_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference"
_RHINO = "https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/"
_PATHS = "https://pathfinding.cloud/paths/"


@dataclass(frozen=True, slots=True)
class Primitive:
    """One escalation primitive: the action, what it lets a principal do, where that is described."""

    action: str
    gains: str
    source: str
    only_wide: bool = False


def _rows(actions: str, gains: str, source: str, *, only_wide: bool = False) -> tuple[Primitive, ...]:
    return tuple(Primitive(action, gains, source, only_wide) for action in actions.split())


PRIMITIVES: tuple[Primitive, ...] = (
    *_rows("iam:PassRole", "hand any role it may name to a service", f"{_GUIDE}/id_roles_use_passrole.html"),
    *_rows(
        "bedrock-agentcore:PassCapacityProvider lambda:PassCapacityProvider lambda:PassNetworkConnector",
        "hand another's capacity to a service",
        f"{_REFERENCE}/list_amazonbedrockagentcore.html",
    ),
    *_rows(
        "iam:CreatePolicyVersion iam:SetDefaultPolicyVersion iam:DeletePolicyVersion",
        "rewrite a policy that it or others hold",
        _RHINO,
    ),
    *_rows(
        "iam:AttachRolePolicy iam:AttachUserPolicy iam:AttachGroupPolicy iam:PutRolePolicy iam:PutUserPolicy "
        "iam:PutGroupPolicy iam:DetachRolePolicy iam:DetachUserPolicy iam:DeleteRolePolicy iam:DeleteUserPolicy "
        "iam:AddUserToGroup iam:AddRoleToInstanceProfile iam:CreatePolicy",
        "change what a principal may do",
        _RHINO,
    ),
    *_rows(
        "iam:UpdateAssumeRolePolicy iam:CreateRole iam:CreateUser iam:CreateInstanceProfile "
        "iam:UpdateRole iam:DeleteRole",
        "decide who may become a principal",
        _RHINO,
    ),
    *_rows(
        "iam:PutRolePermissionsBoundary iam:PutUserPermissionsBoundary iam:DeleteRolePermissionsBoundary "
        "iam:DeleteUserPermissionsBoundary",
        "take a permissions boundary off",
        f"{_GUIDE}/access_policies_boundaries.html",
    ),
    *_rows(
        "iam:TagRole iam:UntagRole iam:TagUser iam:UntagUser",
        "change the tags that policies decide by",
        f"{_GUIDE}/access_iam-tags.html",
    ),
    *_rows(
        "iam:CreateAccessKey iam:UpdateAccessKey iam:CreateLoginProfile iam:UpdateLoginProfile "
        "iam:CreateServiceSpecificCredential iam:ResetServiceSpecificCredential iam:UploadSSHPublicKey "
        "iam:UploadSigningCertificate iam:DeactivateMFADevice iam:CreateVirtualMFADevice iam:EnableMFADevice "
        "iam:ResyncMFADevice",
        "make itself a credential of somebody else",
        _RHINO,
    ),
    *_rows(
        "iam:CreateOpenIDConnectProvider iam:UpdateOpenIDConnectProviderThumbprint "
        "iam:AddClientIDToOpenIDConnectProvider iam:CreateSAMLProvider iam:UpdateSAMLProvider "
        "rolesanywhere:CreateTrustAnchor rolesanywhere:UpdateTrustAnchor rolesanywhere:CreateProfile "
        "rolesanywhere:UpdateProfile rolesanywhere:EnableTrustAnchor rolesanywhere:EnableProfile",
        "bring in an issuer that vouches for anybody",
        f"{_GUIDE}/id_roles_providers.html",
    ),
    *_rows(
        "sso:CreateAccountAssignment sso:AttachManagedPolicyToPermissionSet sso:PutInlinePolicyToPermissionSet "
        "sso:CreatePermissionSet sso:ProvisionPermissionSet organizations:DetachPolicy organizations:UpdatePolicy "
        "organizations:DeletePolicy organizations:LeaveOrganization",
        "change the guardrails of the organisation",
        _PATHS,
    ),
    *_rows(
        "sts:AssumeRole sts:AssumeRoleWithWebIdentity sts:AssumeRoleWithSAML sts:AssumeRoot",
        "become a role that nobody named",
        f"{_GUIDE}/id_roles_create_for-user.html",
        only_wide=True,
    ),
    *_rows("sts:GetFederationToken", "keep a session beyond its own", f"{_GUIDE}/id_credentials_temp_request.html"),
    *_rows(
        "lambda:CreateFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration "
        "lambda:CreateEventSourceMapping lambda:AddPermission lambda:PublishLayerVersion",
        "run its own code under a function's role",
        _RHINO,
    ),
    *_rows(
        "ec2:RunInstances ec2:AssociateIamInstanceProfile ec2:ReplaceIamInstanceProfileAssociation "
        "ec2:ModifyInstanceAttribute ec2:RequestSpotInstances ec2:RequestSpotFleet ec2:CreateLaunchTemplate "
        "ec2:CreateLaunchTemplateVersion autoscaling:CreateLaunchConfiguration autoscaling:CreateAutoScalingGroup "
        "autoscaling:UpdateAutoScalingGroup",
        "run its own code under an instance's role",
        _RHINO,
    ),
    *_rows(
        "ssm:SendCommand ssm:StartSession ssm:StartAutomationExecution ssm:CreateAssociation "
        "ec2-instance-connect:SendSSHPublicKey ec2-instance-connect:SendSerialConsoleSSHPublicKey ecs:ExecuteCommand",
        "log in to a machine and use its role",
        _PATHS,
    ),
    *_rows(
        "ecs:RegisterTaskDefinition ecs:RunTask ecs:StartTask ecs:CreateService ecs:UpdateService batch:SubmitJob "
        "batch:RegisterJobDefinition apprunner:CreateService apprunner:UpdateService",
        "run its own container under a task's role",
        _PATHS,
    ),
    *_rows(
        "eks:CreateAccessEntry eks:UpdateAccessEntry eks:AssociateAccessPolicy eks:CreatePodIdentityAssociation "
        "eks:UpdatePodIdentityAssociation",
        "give a pod or a principal more in a cluster",
        "https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html",
    ),
    *_rows(
        "glue:CreateDevEndpoint glue:UpdateDevEndpoint glue:CreateJob glue:UpdateJob glue:CreateSession "
        "glue:RunStatement glue:CreateTrigger",
        "run its own script under a job's role",
        _RHINO,
    ),
    *_rows(
        "cloudformation:CreateStack cloudformation:UpdateStack cloudformation:CreateChangeSet "
        "cloudformation:ExecuteChangeSet cloudformation:CreateStackSet cloudformation:UpdateStackSet "
        "cloudformation:CreateStackInstances cloudformation:SetStackPolicy "
        "cloudformation:CreateResource cloudformation:UpdateResource",
        "make any resource with a stack's role",
        _RHINO,
    ),
    *_rows(
        "sagemaker:CreateNotebookInstance sagemaker:CreatePresignedNotebookInstanceUrl "
        "sagemaker:CreatePresignedDomainUrl sagemaker:CreateProcessingJob sagemaker:CreateTrainingJob "
        "sagemaker:CreateHyperParameterTuningJob "
        "sagemaker:CreateNotebookInstanceLifecycleConfig "
        "sagemaker:UpdateNotebookInstanceLifecycleConfig sagemaker:CreateUserProfile",
        "run its own code under a notebook's or job's role",
        _PATHS,
    ),
    *_rows(
        "codebuild:CreateProject codebuild:UpdateProject codebuild:StartBuild codebuild:StartBuildBatch "
        "codebuild:ImportSourceCredentials codepipeline:CreatePipeline "
        "codepipeline:UpdatePipeline datapipeline:CreatePipeline datapipeline:PutPipelineDefinition "
        "states:CreateStateMachine states:UpdateStateMachine scheduler:CreateSchedule scheduler:UpdateSchedule "
        "events:PutTargets elasticmapreduce:RunJobFlow elasticmapreduce:AddJobFlowSteps",
        "run its own steps under a pipeline's role",
        _PATHS,
    ),
    *_rows(
        "bedrock-agentcore:CreateAgentRuntime bedrock-agentcore:UpdateAgentRuntime "
        "bedrock-agentcore:CreateCodeInterpreter bedrock-agentcore:CreateBrowser bedrock-agentcore:CreateHarness "
        "bedrock-agentcore:UpdateHarness bedrock-agentcore:CreateGateway bedrock-agentcore:UpdateGateway "
        "bedrock-agentcore:CreateGatewayTarget bedrock-agentcore:UpdateGatewayTarget "
        "bedrock-agentcore:PutResourcePolicy bedrock-agentcore:UpdatePolicy bedrock-agentcore:DeletePolicy "
        "bedrock-agentcore:CreateWorkloadIdentity bedrock-agentcore:UpdateWorkloadIdentity bedrock:CreateAgent "
        "bedrock:UpdateAgent bedrock:CreateAgentActionGroup bedrock:UpdateAgentActionGroup",
        "make or change an agent that has a role of its own",
        f"{_REFERENCE}/list_amazonbedrockagentcore.html",
    ),
    *_rows(
        "bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:InvokeCodeInterpreter "
        "bedrock-agentcore:InvokeAgentRuntimeCommand bedrock-agentcore:StartBrowserSession",
        "run its own code under the role of an interpreter that nobody named",
        _PATHS,
        only_wide=True,
    ),
    *_rows(
        "bedrock-agentcore:GetWorkloadAccessTokenForUserId",
        "name the user that it acts for itself",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/get-workload-access-token.html",
    ),
    *_rows(
        "secretsmanager:GetSecretValue secretsmanager:BatchGetSecretValue ssm:GetParameter ssm:GetParameters "
        "ssm:GetParametersByPath ssm:GetParameterHistory kms:Decrypt",
        "read secrets that nobody named",
        _PATHS,
        only_wide=True,
    ),
    *_rows(
        "bedrock-agentcore:GetResourceOauth2Token bedrock-agentcore:GetResourceApiKey",
        "take credentials out of a vault that nobody named",
        f"{_REFERENCE}/list_amazonbedrockagentcore.html",
        only_wide=True,
    ),
    *_rows(
        "kms:PutKeyPolicy kms:CreateGrant secretsmanager:PutResourcePolicy s3:PutBucketPolicy s3:PutBucketAcl "
        "s3:PutObjectAcl sqs:AddPermission sqs:SetQueueAttributes sns:AddPermission sns:SetTopicAttributes "
        "lambda:AddLayerVersionPermission ecr:SetRepositoryPolicy",
        "decide who else may use a thing",
        "https://github.com/iann0036/iam-dataset",
    ),
    *_rows(
        "cognito-identity:SetIdentityPoolRoles cognito-identity:CreateIdentityPool cognito-identity:UpdateIdentityPool "
        "cognito-identity:GetCredentialsForIdentity",
        "get a role of an identity pool",
        _PATHS,
    ),
)
_BY_ACTION = {row.action.lower(): row for row in PRIMITIVES}


@lru_cache(maxsize=65536)
def primitives(action: str, wide: bool) -> tuple[Primitive, ...]:
    """The primitives that an action pattern of a statement contains; `wide` says that its resources are not named."""
    if has_wildcard(action):
        found = tuple(row for row in PRIMITIVES if matches(action, row.action, case_sensitive=False))
    else:
        row = _BY_ACTION.get(action.lower())
        found = (row,) if row else ()
    return tuple(row for row in found if wide or not row.only_wide)


@lru_cache(maxsize=4096)
def primitives_beside(not_actions: tuple[str, ...], wide: bool) -> tuple[Primitive, ...]:
    """The primitives that a statement contains which says only what it leaves out."""
    left_out = {row for one in not_actions for row in primitives(one, True)}
    return tuple(row for row in PRIMITIVES if row not in left_out and (wide or not row.only_wide))
