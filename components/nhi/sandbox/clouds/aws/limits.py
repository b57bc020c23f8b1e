"""Names, lengths, ranges and tags that AWS enforces, per type and property.

Owns one table of limits with their sources. Does not own policy documents (`policies`), types (the SDK's own, in
`clouds.schema`) or quotas that depend on what else exists (`account`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nhi.sandbox.clouds import limits
from nhi.sandbox.clouds.aws.policies import INLINE_LIMITS, problems, size
from nhi.sandbox.clouds.aws.types import TYPES
from nhi.sandbox.clouds.limits import Limit, Limits, Rule, choice, known, rows
from nhi.sandbox.clouds.model import Failure, Inputs

_AWS = Limits("AWS")
_text, _range, _each = _AWS.text, _AWS.range, _AWS.each

_PARTITION = r"arn:aws[a-z-]*"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_POLICY_ARN = _text(
    20, 2048, rf"{_PARTITION}:iam::(?:\d{{12}}|aws):policy/(?:[\x21-\x7e]*/)?[\w+=,.@-]+", "the ARN of a managed policy"
)
_ROLE_ARN = _text(20, 2048, rf"{_PARTITION}:iam::\d{{12}}:role/(?:[\x21-\x7e]*/)?[\w+=,.@-]+", "the ARN of a role")
_PRINCIPAL_ARN = _text(20, 2048, rf"{_PARTITION}:(?:iam|sts)::\d{{12}}:\S+", "the ARN of an IAM principal")
_ANY_ARN = _text(20, 2048, rf"{_PARTITION}:[a-z0-9-]+:[a-z0-9-]*:(?:\d{{12}})?:\S+", "an ARN")


def _iam_name(limit: int) -> Limit:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (name limits and characters)
    return _text(1, limit, r"[A-Za-z0-9_+=,.@-]+", "letters, digits and _+=,.@- only")


_ROLE, _POLICY, _USER, _GROUP, _PROFILE = _iam_name(64), _iam_name(128), _iam_name(64), _iam_name(128), _iam_name(128)


def _prefix(limit: Limit, room: int) -> Limit:
    # The provider appends 26 characters of its own to a prefix.
    return lambda value: (
        limit(value)
        or (None if len(value) <= room - 26 else f"is longer than {room - 26} characters, which a prefix may have")
    )


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
_PATH = _text(1, 512, r"/|/[\x21-\x7f]+/", "/ or begin and end with / and hold no white space")
_SESSION = _range(3600, 43200, "seconds")
_ROLE_DESCRIPTION = _text(0, 1000, r"[\t\n\r\x20-\x7e\xa1-\xff]*", "printable Latin-1 text")
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
_POLICY_DESCRIPTION = _text(0, 1000)

# https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_CreateWorkloadIdentity.html
_WORKLOAD_IDENTITY = _text(3, 255, r"[A-Za-z0-9_.-]+", "letters, digits and _.- only")
# https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_CreateAgentRuntime.html
_RUNTIME = _text(1, 48, r"[a-zA-Z][a-zA-Z0-9_]*", "a letter, then letters, digits and _")
# https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_CreateGateway.html
_GATEWAY = _text(1, 100, r"(?:[0-9a-zA-Z]-?)+", "letters and digits with single dashes between")
# https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_CreatePolicyEngine.html
_CEDAR = _text(1, 48, r"[A-Za-z][A-Za-z0-9_]*", "a letter, then letters, digits and _")
# https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateProfile.html
_ANCHORED = _text(1, 255, r"[ a-zA-Z0-9_-]*", "letters, digits, blanks, - and _")
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
_SECRET = _text(1, 512, r"[A-Za-z0-9/_+=.@-]+", "letters, digits and /_+=.@- only")
# https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
_CLUSTER = _text(1, 100, r"[0-9A-Za-z][A-Za-z0-9_-]*", "a letter or digit, then letters, digits, - and _")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_NAMESPACE = _text(1, 63, r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", "a DNS label")
_SERVICE_ACCOUNT = _text(1, 253, r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", "a DNS subdomain name")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = _text(
    3,
    63,
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!(?:\d{1,3}\.){3}\d{1,3}$)[a-z0-9][a-z0-9.-]*[a-z0-9](?<!-s3alias)",
    "lower-case letters, digits, dots and dashes, and no reserved form",
)
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
_QUEUE = _text(1, 80, r"[A-Za-z0-9_-]+(?:\.fifo)?", "letters, digits, - and _, with .fifo at the end of a FIFO queue")
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
_TABLE = _text(3, 255, r"[a-zA-Z0-9_.-]+", "letters, digits and _.- only")
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
_FUNCTION = _text(1, 64, r"[a-zA-Z0-9_-]+", "letters, digits, - and _")
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
_ISSUER = _text(1, 255, r"https://[^\s?#]+", "an https URL without query")
_THUMBPRINT = _text(40, 40, r"[0-9A-Fa-f]{40}", "40 hexadecimal digits")

_STATUS = choice("Active", "Inactive")
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
_RECOVERY: Limit = lambda days: None if days == 0 or 7 <= days <= 30 else "must be 0 or 7 to 30 days"  # noqa: E731

_EXCLUSIVE_NAMES = _each(_POLICY, 0, 1000)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 10 managed policies on one identity
MANAGED_POLICIES_PER_IDENTITY = 10
_EXCLUSIVE_ARNS = _each(_POLICY_ARN, 0, MANAGED_POLICIES_PER_IDENTITY)

_TABLE_OF_LIMITS: dict[str, dict[str, Limit]] = {
    "aws:iam/role:Role": {
        "name": _ROLE,
        "namePrefix": _prefix(_ROLE, 64),
        "path": _PATH,
        "maxSessionDuration": _SESSION,
        "description": _ROLE_DESCRIPTION,
        "permissionsBoundary": _POLICY_ARN,
        "managedPolicyArns": _EXCLUSIVE_ARNS,
    },
    "aws:iam/policy:Policy": {
        "name": _POLICY,
        "namePrefix": _prefix(_POLICY, 128),
        "path": _PATH,
        "description": _POLICY_DESCRIPTION,
    },
    "aws:iam/rolePolicy:RolePolicy": {"name": _POLICY, "namePrefix": _prefix(_POLICY, 128), "role": _ROLE},
    "aws:iam/userPolicy:UserPolicy": {"name": _POLICY, "namePrefix": _prefix(_POLICY, 128), "user": _USER},
    "aws:iam/groupPolicy:GroupPolicy": {"name": _POLICY, "namePrefix": _prefix(_POLICY, 128), "group": _GROUP},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"role": _ROLE, "policyArn": _POLICY_ARN},
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": {"user": _USER, "policyArn": _POLICY_ARN},
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": {"group": _GROUP, "policyArn": _POLICY_ARN},
    "aws:iam/policyAttachment:PolicyAttachment": {
        "policyArn": _POLICY_ARN,
        "roles": _each(_ROLE, 0, 1000),
        "users": _each(_USER, 0, 1000),
        "groups": _each(_GROUP, 0, 1000),
    },
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": {"roleName": _ROLE, "policyNames": _EXCLUSIVE_NAMES},
    "aws:iam/userPoliciesExclusive:UserPoliciesExclusive": {"userName": _USER, "policyNames": _EXCLUSIVE_NAMES},
    "aws:iam/groupPoliciesExclusive:GroupPoliciesExclusive": {"groupName": _GROUP, "policyNames": _EXCLUSIVE_NAMES},
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": {
        "roleName": _ROLE,
        "policyArns": _EXCLUSIVE_ARNS,
    },
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": {
        "userName": _USER,
        "policyArns": _EXCLUSIVE_ARNS,
    },
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": {
        "groupName": _GROUP,
        "policyArns": _EXCLUSIVE_ARNS,
    },
    "aws:iam/user:User": {"name": _USER, "path": _PATH, "permissionsBoundary": _POLICY_ARN},
    "aws:iam/group:Group": {"name": _GROUP, "path": _PATH},
    "aws:iam/groupMembership:GroupMembership": {"group": _GROUP, "users": _each(_USER, 0, 5000)},
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: a user is in 10 groups at most
    "aws:iam/userGroupMembership:UserGroupMembership": {"user": _USER, "groups": _each(_GROUP, 0, 10)},
    "aws:iam/accessKey:AccessKey": {"user": _USER, "status": _STATUS},
    "aws:iam/userLoginProfile:UserLoginProfile": {"user": _USER, "passwordLength": _range(5, 128)},
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": {
        "userName": _USER,
        "status": _STATUS,
        "credentialAgeDays": _range(1, 36600, "days"),
    },
    "aws:iam/sshKey:SshKey": {"username": _USER, "encoding": choice("SSH", "PEM"), "status": _STATUS},
    "aws:iam/signingCertificate:SigningCertificate": {"userName": _USER, "status": _STATUS},
    "aws:iam/virtualMfaDevice:VirtualMfaDevice": {"path": _PATH, "virtualMfaDeviceName": _iam_name(226)},
    "aws:iam/instanceProfile:InstanceProfile": {
        "name": _PROFILE,
        "namePrefix": _prefix(_PROFILE, 128),
        "path": _PATH,
        "role": _ROLE,
    },
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
        "url": _ISSUER,
        "clientIdLists": _each(_text(1, 255, r"\S+", "without white space"), 0, 100),
        "thumbprintLists": _each(_THUMBPRINT, 0, 5),
    },
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html
    "aws:iam/samlProvider:SamlProvider": {
        "name": _text(1, 128, r"[\w._-]+", "letters, digits and ._- only"),
        "samlMetadataDocument": _text(1000, 10_000_000, r"(?s:.*)", "an XML document"),
    },
    "aws:iam/serverCertificate:ServerCertificate": {"name": _POLICY, "path": _PATH},
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": {
        "awsServiceName": _text(1, 128, r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com", "a service principal"),
        "customSuffix": _text(1, 64, r"[\w+=,.@-]+", "letters, digits and _+=,.@- only"),
        "description": _ROLE_DESCRIPTION,
    },
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html
    "aws:iam/accountAlias:AccountAlias": {
        "accountAlias": _text(
            3, 63, r"[a-z0-9]|[a-z0-9](?:[a-z0-9]|-(?!-))*[a-z0-9]", "lower-case letters, digits, dashes"
        )
    },
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": {
        "maxPasswordAge": _range(0, 1095, "days"),
        "minimumPasswordLength": _range(6, 128),
        "passwordReusePrevention": _range(0, 24),
    },
    "aws:iam/organizationsFeatures:OrganizationsFeatures": {
        "enabledFeatures": _each(choice("RootCredentialsManagement", "RootSessions"), 0, 2)
    },
    "aws:iam/securityTokenServicePreferences:SecurityTokenServicePreferences": {
        "globalEndpointTokenVersion": choice("v1Token", "v2Token")
    },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
        "clusterName": _CLUSTER,
        "namespace": _NAMESPACE,
        "serviceAccount": _SERVICE_ACCOUNT,
        "roleArn": _ROLE_ARN,
        "targetRoleArn": _ROLE_ARN,
    },
    "aws:eks/accessEntry:AccessEntry": {
        "clusterName": _CLUSTER,
        "principalArn": _PRINCIPAL_ARN,
        # https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html
        "type": choice(
            "STANDARD", "FARGATE_LINUX", "EC2_LINUX", "EC2_WINDOWS", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX"
        ),
    },
    "aws:rolesanywhere/profile:Profile": {
        "name": _ANCHORED,
        "durationSeconds": _range(900, 43200, "seconds"),
        "roleArns": _each(_ROLE_ARN, 0, 250),
        "managedPolicyArns": _each(_POLICY_ARN, 0, 50),
    },
    "aws:rolesanywhere/trustAnchor:TrustAnchor": {
        "name": _ANCHORED,
        "notificationSettings": _each(lambda _: None, 0, 50),
    },
    "aws:secretsmanager/secret:Secret": {
        "name": _SECRET,
        "namePrefix": _prefix(_SECRET, 512),
        "description": _text(0, 2048),
        "recoveryWindowInDays": _RECOVERY,
    },
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
    "aws:secretsmanager/secretVersion:SecretVersion": {
        "secretString": _text(1, 65536),
        "secretStringWo": _text(1, 65536),
        "versionStages": _each(_text(1, 256), 1, 20),
    },
    "aws:secretsmanager/secretRotation:SecretRotation": {
        "rotationLambdaArn": _text(
            20, 2048, rf"{_PARTITION}:lambda:[a-z0-9-]+:\d{{12}}:function:\S+", "a function's ARN"
        ),
        "externalSecretRotationRoleArn": _ROLE_ARN,
    },
    "aws:secretsmanager/secretPolicy:SecretPolicy": {"secretArn": _ANY_ARN},
    "aws:bedrock/agentcoreWorkloadIdentity:AgentcoreWorkloadIdentity": {
        "name": _WORKLOAD_IDENTITY,
        "allowedResourceOauth2ReturnUrls": _each(_text(1, 2048, r"\w+:(?:/?/?)[^\s]+", "a URL"), 0, 1000),
    },
    "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime": {
        "agentRuntimeName": _RUNTIME,
        "roleArn": _ROLE_ARN,
        "description": _text(1, 4096),
    },
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": {
        "name": _GATEWAY,
        "roleArn": _ROLE_ARN,
        "authorizerType": choice("CUSTOM_JWT", "AWS_IAM", "NONE", "AUTHENTICATE_ONLY"),
        "protocolType": choice("MCP"),
        "exceptionLevel": choice("DEBUG"),
        "description": _text(1, 200),
    },
    "aws:bedrock/agentcorePolicyEngine:AgentcorePolicyEngine": {"name": _CEDAR},
    "aws:bedrock/agentcorePolicy:AgentcorePolicy": {
        "name": _CEDAR,
        "validationMode": choice("FAIL_ON_ANY_FINDINGS", "IGNORE_ALL_FINDINGS"),
    },
    "aws:s3/bucket:Bucket": {"bucket": _BUCKET},
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html and API_EnableKeyRotation.html
    "aws:kms/key:Key": {
        "deletionWindowInDays": _range(7, 30, "days"),
        "rotationPeriodInDays": _range(90, 2560, "days"),
        "description": _text(0, 8192),
    },
    "aws:sqs/queue:Queue": {
        "name": _QUEUE,
        "delaySeconds": _range(0, 900, "seconds"),
        "messageRetentionSeconds": _range(60, 1209600, "seconds"),
        "visibilityTimeoutSeconds": _range(0, 43200, "seconds"),
        "receiveWaitTimeSeconds": _range(0, 20, "seconds"),
    },
    "aws:dynamodb/table:Table": {"name": _TABLE, "billingMode": choice("PROVISIONED", "PAY_PER_REQUEST")},
    "aws:lambda/function:Function": {
        "name": _FUNCTION,
        "role": _ROLE_ARN,
        "timeout": _range(1, 900, "seconds"),
        "memorySize": _range(128, 32768, "MB"),
    },
}

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html (limits and characters)
TAGS_LIMIT, TAG_KEY_LIMIT, TAG_VALUE_LIMIT = 50, 128, 256
_TAG_CHARACTERS = re.compile(r"[\w\s.:/=+\-@]*")


def failures(type: str, inputs: Inputs) -> Iterator[Failure]:
    """What AWS would refuse about inputs whose types are right (defaults filled in); unknown values pass."""
    yield from limits.failures(inputs, _TABLE_OF_LIMITS.get(type, {}))
    for name, kind in TYPES[type].documents.items():
        document = inputs.get(name)
        if isinstance(document, str) and document:
            for problem in problems(document, kind):
                yield Failure(name, problem)
    tags = inputs.get("tags")
    if isinstance(tags, Mapping):
        yield from _tags(tags, folded=type.startswith("aws:iam/"))
    if inputs.get("namePrefix") is not None and inputs.get("name") is not None:
        yield Failure("namePrefix", "stands beside name; only one of the two may be given")
    if type in _MORE:
        yield from _MORE[type](inputs)


def _tags(tags: Mapping[str, Any], *, folded: bool) -> Iterator[Failure]:
    if len(tags) > TAGS_LIMIT:
        yield Failure("tags", f"has {len(tags)} tags; AWS takes {TAGS_LIMIT}")
    seen: dict[str, str] = {}
    for key, value in tags.items():
        where = f"tags.{key}"
        if not 1 <= len(key) <= TAG_KEY_LIMIT:
            yield Failure(where, f"a tag's key has 1 to {TAG_KEY_LIMIT} characters")
        if not _TAG_CHARACTERS.fullmatch(key):
            yield Failure(where, "a tag's key has letters, digits, blanks and _.:/=+-@ only")
        if key.lower().startswith("aws:"):
            yield Failure(where, "the prefix aws: is reserved")
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html: IAM does not tell keys apart by case
        if folded and key.lower() in seen:
            yield Failure(where, f"IAM takes this key and {seen[key.lower()]} for the same")
        seen[key.lower()] = key
        if isinstance(value, str):
            if len(value) > TAG_VALUE_LIMIT:
                yield Failure(where, f"has {len(value)} characters; a tag's value has at most {TAG_VALUE_LIMIT}")
            if not _TAG_CHARACTERS.fullmatch(value):
                yield Failure(where, "a tag's value has letters, digits, blanks and _.:/=+-@ only")


# --- rules over more than one property --------------------------------------------------------------------------


def _role(inputs: Inputs) -> Iterator[Failure]:
    total = 0
    for position, row in rows(inputs.get("inlinePolicies")):
        document = row.get("policy")
        if isinstance(document, str):
            total += size(document)
            for problem in problems(document, "inline"):
                yield Failure(f"inlinePolicies[{position}].policy", problem)
    if total > INLINE_LIMITS["role"]:
        yield Failure("inlinePolicies", f"have {total} characters together; the limit is {INLINE_LIMITS['role']}")


def _smaller(identity: str) -> Rule:
    def judge(inputs: Inputs) -> Iterator[Failure]:
        document = inputs.get("policy")
        limit = INLINE_LIMITS[identity]
        if isinstance(document, str) and size(document) > limit:
            yield Failure("policy", f"has {size(document)} characters without white space; a {identity} has {limit}")

    return judge


def _association(inputs: Inputs) -> Iterator[Failure]:
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html (policy)
    if known(inputs.get("policy")) and inputs.get("disableSessionTags") in (None, False):
        yield Failure("disableSessionTags", "must be true where policy is given")


def _secret_version(inputs: Inputs) -> Iterator[Failure]:
    given = [n for n in ("secretString", "secretBinary", "secretStringWo") if inputs.get(n) is not None]
    if len(given) != 1:
        yield Failure("secretString", "exactly one of secretString, secretBinary and secretStringWo must be given")
    if ("secretStringWo" in given) != (inputs.get("secretStringWoVersion") is not None):
        yield Failure("secretStringWoVersion", "stands with secretStringWo, and only with it")


def _rotation(inputs: Inputs) -> Iterator[Failure]:
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
    rules = inputs.get("rotationRules")
    if not isinstance(rules, Mapping):
        return
    days, schedule = rules.get("automaticallyAfterDays"), rules.get("scheduleExpression")
    if (days is None) == (schedule is None):
        yield Failure("rotationRules", "exactly one of automaticallyAfterDays and scheduleExpression must be given")
    if known(days) and (problem := _range(1, 1000, "days")(days)) is not None:
        yield Failure("rotationRules.automaticallyAfterDays", problem)
    if isinstance(schedule, str) and not re.fullmatch(r"(?:rate|cron)\([0-9A-Za-z\s#+*/?,L-]+\)", schedule):
        yield Failure("rotationRules.scheduleExpression", "must be rate(...) or cron(...)")
    duration = rules.get("duration")
    if isinstance(duration, str) and not re.fullmatch(r"[1-9]\d?h", duration):
        yield Failure("rotationRules.duration", "must be a number of hours such as 3h")


def _anchor(inputs: Inputs) -> Iterator[Failure]:
    # https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_Source.html
    source = inputs.get("source")
    if not isinstance(source, Mapping):
        return
    kind, given = source.get("sourceType"), source.get("sourceData")
    wants = {"AWS_ACM_PCA": "acmPcaArn", "CERTIFICATE_BUNDLE": "x509CertificateData"}
    if isinstance(kind, str) and kind not in (*wants, "SELF_SIGNED_REPOSITORY"):
        yield Failure("source.sourceType", "must be AWS_ACM_PCA, CERTIFICATE_BUNDLE or SELF_SIGNED_REPOSITORY")
    elif kind in wants and isinstance(given, Mapping) and given.get(wants[kind]) is None:
        yield Failure(f"source.sourceData.{wants[kind]}", f"required where sourceType is {kind}")


def _runtime(inputs: Inputs) -> Iterator[Failure]:
    network = inputs.get("networkConfiguration")
    if isinstance(network, Mapping) and known(mode := network.get("networkMode")):
        if mode not in ("PUBLIC", "VPC"):
            yield Failure("networkConfiguration.networkMode", "must be one of PUBLIC, VPC")
        elif mode == "VPC" and network.get("networkModeConfig") is None:
            yield Failure("networkConfiguration.networkModeConfig", "required where networkMode is VPC")
    artifact = inputs.get("agentRuntimeArtifact")
    if isinstance(artifact, Mapping):
        given = [n for n in ("codeConfiguration", "containerConfiguration") if artifact.get(n) is not None]
        if len(given) != 1:
            yield Failure("agentRuntimeArtifact", "exactly one of codeConfiguration and containerConfiguration")


def _gateway(inputs: Inputs) -> Iterator[Failure]:
    if inputs.get("authorizerType") == "CUSTOM_JWT" and inputs.get("authorizerConfiguration") is None:
        yield Failure("authorizerConfiguration", "required where authorizerType is CUSTOM_JWT")
    engine = inputs.get("policyEngineConfiguration")
    if isinstance(engine, Mapping) and known(mode := engine.get("mode")) and mode not in ("LOG_ONLY", "ENFORCE"):
        yield Failure("policyEngineConfiguration.mode", "must be one of LOG_ONLY, ENFORCE")


def _queue(inputs: Inputs) -> Iterator[Failure]:
    name = inputs.get("name")
    if isinstance(name, str) and name.endswith(".fifo") != (inputs.get("fifoQueue") is True):
        yield Failure("name", "ends in .fifo where fifoQueue is true, and only there")


_MORE: dict[str, Rule] = {
    "aws:iam/role:Role": _role,
    "aws:iam/userPolicy:UserPolicy": _smaller("user"),
    "aws:iam/groupPolicy:GroupPolicy": _smaller("group"),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _association,
    "aws:secretsmanager/secretVersion:SecretVersion": _secret_version,
    "aws:secretsmanager/secretRotation:SecretRotation": _rotation,
    "aws:rolesanywhere/trustAnchor:TrustAnchor": _anchor,
    "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime": _runtime,
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": _gateway,
    "aws:sqs/queue:Queue": _queue,
}
