"""Objects of an AWS account to test with: good inputs of many types, and what must stand before each."""

from __future__ import annotations

import json
from typing import Any

from nhi.sandbox.clouds.aws import AwsCloud
from nhi.sandbox.clouds.aws.types import TYPES
from nhi.sandbox.clouds.table import TableCloud
from nhi.sandbox.clouds.world import World

from clouds.objects import Subject, create

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
INLINE = "aws:iam/rolePolicy:RolePolicy"
USER = "aws:iam/user:User"
KEY = "aws:iam/accessKey:AccessKey"
NO_INLINE = "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive"
ONLY_ATTACHED = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
PROFILE = "aws:rolesanywhere/profile:Profile"
SECRET = "aws:secretsmanager/secret:Secret"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
WORKLOAD = "aws:bedrock/agentcoreWorkloadIdentity:AgentcoreWorkloadIdentity"
BUCKET = "aws:s3/bucket:Bucket"

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
READ = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)
ACCOUNT = "123456789012"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/agents/r"

GOOD: dict[str, dict[str, Any]] = {
    ROLE: {"name": "r", "path": "/agents/", "assumeRolePolicy": TRUST, "tags": {"nhi:agent-id": "r"}},
    POLICY: {"name": "p", "path": "/agents/", "policy": READ},
    ATTACHMENT: {"role": "r", "policyArn": f"arn:aws:iam::{ACCOUNT}:policy/agents/p"},
    INLINE: {"role": "r", "name": "i", "policy": READ},
    USER: {"name": "u"},
    KEY: {"user": "u"},
    NO_INLINE: {"roleName": "r", "policyNames": []},
    ONLY_ATTACHED: {"roleName": "r", "policyArns": []},
    ASSOCIATION: {"clusterName": "c", "namespace": "ns", "serviceAccount": "sa", "roleArn": ROLE_ARN},
    PROFILE: {"name": "pr", "roleArns": [ROLE_ARN], "durationSeconds": 900},
    SECRET: {"name": "nhi/s"},
    ROTATION: {
        "secretId": "nhi/s",
        "rotationLambdaArn": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:rotate",
        "rotationRules": {"automaticallyAfterDays": 30},
    },
    VERSION: {"secretId": "nhi/s", "secretString": "x"},
    WORKLOAD: {"name": "nhi-r"},
    BUCKET: {"bucket": "papers-bucket"},
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
        "url": "https://oidc.example.com/id/A",
        "clientIdLists": ["sts.amazonaws.com"],
    },
    "aws:rolesanywhere/trustAnchor:TrustAnchor": {
        "name": "ca",
        "source": {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "PEM"}},
    },
    "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime": {
        "agentRuntimeName": "r",
        "roleArn": ROLE_ARN,
        "networkConfiguration": {"networkMode": "PUBLIC"},
        "agentRuntimeArtifact": {"containerConfiguration": {"containerUri": "x"}},
    },
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": {"name": "g", "roleArn": ROLE_ARN, "authorizerType": "AWS_IAM"},
    "aws:sqs/queue:Queue": {"name": "q"},
    "aws:kms/key:Key": {"description": "k"},
}

_NEEDS: dict[str, tuple[str, ...]] = {
    ATTACHMENT: (ROLE, POLICY),
    INLINE: (ROLE,),
    KEY: (USER,),
    NO_INLINE: (ROLE,),
    ONLY_ATTACHED: (ROLE,),
    ROTATION: (SECRET,),
    VERSION: (SECRET,),
}


def place(cloud: TableCloud[Any], world: World, type: str) -> dict[str, Any]:
    for needed in _NEEDS.get(type, ()):
        create(cloud, world, GOOD, needed, name="needed")
    return {}


SUBJECT = Subject(AwsCloud, GOOD, TYPES, place)
