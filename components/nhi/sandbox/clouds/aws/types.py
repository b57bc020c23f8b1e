"""Every AWS type that the sandbox serves: what replaces it, what identifies it, what the account assigns.

Owns one table. A test proves that every property the SDK accepts has its place in it, so that a property nobody
thought of cannot silently be taken for one that is changed in place. Does not own limits (`limits`), documents
(`policies`) or what objects do to each other (`account`).

Replacement follows the provider's own behaviour; where its documentation is silent, a property counts as replacing
only if the AWS API has no call that changes it (each service's Update* operation in its API reference).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nhi.sandbox.clouds import table
from nhi.sandbox.clouds.aws.policies import Kind
from nhi.sandbox.clouds.model import Inputs
from nhi.sandbox.clouds.table import FAKE_SECRET, FAKE_TIME, names


@dataclass(frozen=True, slots=True)
class Facts(table.Facts):
    """The account's own constants beside an object's inputs and seed."""

    account: str
    region: str
    partition: str

    def arn(self, service: str, resource: str, *, everywhere: bool = False) -> str:
        """An ARN of this account; `everywhere` leaves the region out (IAM)."""
        region = "" if everywhere else self.inputs.get("region") or self.region
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"

    def iam(self, kind: str, name: str = "name") -> str:
        """An ARN of IAM with path and name."""
        return self.arn("iam", f"{kind}{self.inputs.get('path') or '/'}{self[name]}", everywhere=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(table.Served):
    """One type. `identity` names the object in the account; None means the account assigns a new one each time.

    `assigned` gives the outputs that only the account knows, and `id`. `put` marks calls that quietly overwrite
    (attach, put) where others would be refused. `named` is the property that is filled in with a generated name.
    """

    assigned: Callable[[Facts], Mapping[str, Any]]
    identity: Callable[[Inputs], tuple[Any, ...] | None]
    named: str | None = None
    documents: Mapping[str, Kind] = field(default_factory=dict)
    put: bool = False
    exists: str = "EntityAlreadyExists"


def _served(
    replaces: str,
    updates: str,
    assigned: Callable[[Facts], Mapping[str, Any]],
    identity: str | None,
    *,
    sets: str = "",
    optional_outputs: str = "",
    fold: bool = False,
    **rest: Any,
) -> Served:
    def of(inputs: Inputs) -> tuple[Any, ...] | None:
        if identity is None:
            return None
        # IAM takes names that differ only in case for the same: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
        return tuple(
            value.lower() if fold and isinstance(value := inputs.get(name), str) else inputs.get(name)
            for name in identity.split()
        )

    sorts = names(replaces=replaces, updates=updates, sets=sets, optional_outputs=optional_outputs)
    return Served(assigned=assigned, identity=of, **sorts, **rest)


def _named(id: str = "name") -> Callable[[Facts], Mapping[str, Any]]:
    return lambda f: {"id": f[id]}


def _joined(separator: str, *names: str) -> Callable[[Facts], Mapping[str, Any]]:
    return lambda f: {"id": separator.join(str(f[name]) for name in names)}


def _iam(kind: str, prefix: str, name: str = "name", **more: Callable[[Facts], Any]) -> Callable[[Facts], Mapping]:
    def assigned(f: Facts) -> Mapping[str, Any]:
        return {
            "id": f[name],
            "arn": f.iam(kind, name),
            "uniqueId": f"{prefix}-SANDBOX-{f.digits('unique', 12).upper()}",
            "createDate": FAKE_TIME,
            **{key: value(f) for key, value in more.items()},
        }

    return assigned


def _policy(f: Facts) -> Mapping[str, Any]:
    arn = f.iam("policy")
    return {
        "id": arn,
        "arn": arn,
        "policyId": f"ANPA-SANDBOX-{f.digits('unique', 12).upper()}",
        "attachmentCount": 0,
        "namePrefix": "",
    }


def _credential(f: Facts) -> Mapping[str, Any]:
    return {
        "id": f"sandbox-access-key-{f.digits('key', 12)}",
        "secret": FAKE_SECRET,
        "sesSmtpPasswordV4": FAKE_SECRET,
        "createDate": FAKE_TIME,
    }


def _service_credential(f: Facts) -> Mapping[str, Any]:
    id = f"sandbox-credential-{f.digits('key', 12)}"
    return {
        "id": f"{f['serviceName']}:{f['userName']}:{id}",
        "serviceSpecificCredentialId": id,
        "serviceUserName": f"{f['userName']}-at-{f.account}",
        "servicePassword": FAKE_SECRET,
        "serviceCredentialAlias": "",
        "serviceCredentialSecret": FAKE_SECRET,
        "createDate": FAKE_TIME,
        "expirationDate": "",
    }


def _oidc(f: Facts) -> Mapping[str, Any]:
    arn = f.arn("iam", f"oidc-provider/{str(f['url']).removeprefix('https://')}", everywhere=True)
    return {"id": arn, "arn": arn, "thumbprintLists": []}


def _service_linked(f: Facts) -> Mapping[str, Any]:
    service = str(f["awsServiceName"])
    stem = "".join(part.capitalize() for part in service.split(".")[0].split("-"))
    name = f"AWSServiceRoleFor{stem}" + (f"_{f['customSuffix']}" if f["customSuffix"] else "")
    path = f"/aws-service-role/{service}/"
    arn = f.arn("iam", f"role{path}{name}", everywhere=True)
    return {
        "id": arn,
        "arn": arn,
        "name": name,
        "path": path,
        "uniqueId": f"AROA-SANDBOX-{f.digits('unique', 12).upper()}",
        "createDate": FAKE_TIME,
    }


def _association(f: Facts) -> Mapping[str, Any]:
    id = f"a-{f.digits('association', 17)}"
    return {
        "id": id,
        "associationId": id,
        "associationArn": f.arn("eks", f"podidentityassociation/{f['clusterName']}/{id}"),
        "externalId": "",
    }


def _secret(f: Facts) -> Mapping[str, Any]:
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html: a dash and six characters
    arn = f.arn("secretsmanager", f"secret:{f['name']}-{f.digits('suffix', 6)}")
    return {"id": arn, "arn": arn, "policy": "", "namePrefix": "", "replicas": []}


def _secret_version(f: Facts) -> Mapping[str, Any]:
    version = f.uuid("version")
    return {
        "id": f"{f['secretId']}|{version}",
        "arn": f["secretId"],
        "secretArn": f["secretId"],
        "versionId": version,
        "versionStages": ["AWSCURRENT"],
        "hasSecretStringWo": f["secretStringWo"] is not None,
    }


def _anchored(kind: str) -> Callable[[Facts], Mapping[str, Any]]:
    def assigned(f: Facts) -> Mapping[str, Any]:
        id = f.uuid(kind)
        return {
            "id": id,
            "arn": f.arn("rolesanywhere", f"{kind}/{id}"),
            "durationSeconds": 3600,
            "enabled": True,
            "acceptRoleSessionName": False,
            "notificationSettings": [],
        }

    return assigned


def _agentcore(kind: str, id: str, arn: str, name: str) -> Callable[[Facts], Mapping[str, Any]]:
    def assigned(f: Facts) -> Mapping[str, Any]:
        value = f"{f[name]}-{f.digits(kind, 10)}"
        return {
            "id": value,
            id: value,
            arn: f.arn("bedrock-agentcore", f"{kind}/{value}"),
            "agentRuntimeVersion": "1",
            "gatewayUrl": f"https://{value}.gateway.sandbox.invalid/mcp",
            "workloadIdentityDetails": [
                {"workloadIdentityArn": f.arn("bedrock-agentcore", f"workload-identity-directory/default/{value}")}
            ],
        }

    return assigned


def _workload_identity(f: Facts) -> Mapping[str, Any]:
    directory = f"workload-identity-directory/default/workload-identity/{f['name']}"
    return {"id": f["name"], "workloadIdentityArn": f.arn("bedrock-agentcore", directory)}


def _cedar(f: Facts) -> Mapping[str, Any]:
    id = f"{f['name']}-{f.digits('policy', 10)}"
    engine = f["policyEngineId"]
    return {
        "id": f"{engine},{id}",
        "policyId": id,
        "policyArn": f.arn("bedrock-agentcore", f"policy-engine/{engine}/policy/{id}"),
    }


def _bucket(f: Facts) -> Mapping[str, Any]:
    bucket, region = f["bucket"], f["region"] or f.region
    return {
        "id": bucket,
        "arn": f"arn:{f.partition}:s3:::{bucket}",
        "bucketDomainName": f"{bucket}.s3.amazonaws.com",
        "bucketRegion": region,
        "bucketRegionalDomainName": f"{bucket}.s3.{region}.amazonaws.com",
        "hostedZoneId": "SANDBOX",
        "websiteDomain": "",
        "websiteEndpoint": "",
        "requestPayer": "BucketOwner",
        "objectLockEnabled": False,
        "bucketPrefix": "",
    }


def _key(f: Facts) -> Mapping[str, Any]:
    id = f.uuid("key")
    return {
        "id": id,
        "keyId": id,
        "arn": f.arn("kms", f"key/{id}"),
        "description": "",
        "multiRegion": False,
        "enableKeyRotation": False,
        "rotationPeriodInDays": 365,
    }


def _queue(f: Facts) -> Mapping[str, Any]:
    region = f["region"] or f.region
    url = f"https://sqs.{region}.amazonaws.com/{f.account}/{f['name']}"
    return {"id": url, "url": url, "arn": f.arn("sqs", str(f["name"])), "namePrefix": ""}


def _table(f: Facts) -> Mapping[str, Any]:
    arn = f.arn("dynamodb", f"table/{f['name']}")
    stream = f"{arn}/stream/{FAKE_TIME}" if f["streamEnabled"] else ""
    return {"id": f["name"], "arn": arn, "streamArn": stream, "streamLabel": FAKE_TIME if stream else ""}


def _function(f: Facts) -> Mapping[str, Any]:
    arn = f.arn("lambda", f"function:{f['name']}")
    region = f["region"] or f.region
    invoke = f"arn:{f.partition}:apigateway:{region}:lambda:path/2015-03-31/functions"
    return {
        "id": f["name"],
        "arn": arn,
        "qualifiedArn": f"{arn}:$LATEST",
        "invokeArn": f"{invoke}/{arn}/invocations",
        "qualifiedInvokeArn": f"{invoke}/{arn}:$LATEST/invocations",
        "responseStreamingInvokeArn": f"{invoke}/{arn}/response-streaming-invocations",
        "lastModified": FAKE_TIME,
        "version": "$LATEST",
        "signingJobArn": "",
        "signingProfileVersionArn": "",
        "sourceCodeSize": 0,
    }


_FUNCTION_UPDATES = """architectures capacityProviderConfig code codeSha256 codeSigningConfigArn deadLetterConfig
    description environment ephemeralStorage fileSystemConfig handler imageConfig imageUri kmsKeyArn layers
    loggingConfig memorySize publish publishTo replaceSecurityGroupsOnDestroy replacementSecurityGroupIds
    reservedConcurrentExecutions role runtime s3Bucket s3Key s3ObjectVersion skipDestroy snapStart sourceCodeHash
    sourceKmsKeyArn tags timeout tracingConfig useResourceTimeoutForPropagation vpcConfig"""

_INLINE: dict[str, Kind] = {"policy": "inline"}

TYPES: dict[str, Served] = {
    # --- IAM ---
    "aws:iam/role:Role": _served(
        "name namePrefix path",
        """assumeRolePolicy description forceDetachPolicies inlinePolicies managedPolicyArns maxSessionDuration
        permissionsBoundary tags""",
        _iam(
            "role",
            "AROA",
            namePrefix=lambda _: "",
            managedPolicyArns=lambda _: [],
            inlinePolicies=lambda _: [],
        ),
        "name",
        fold=True,
        named="name",
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        documents={"assumeRolePolicy": "trust"},
        sets="managedPolicyArns inlinePolicies",
        optional_outputs="managedPolicyArns inlinePolicies namePrefix",
    ),
    "aws:iam/policy:Policy": _served(
        "description name namePrefix path",
        "policy tags delayAfterPolicyCreationInMs",
        _policy,
        "name",
        fold=True,
        named="name",
        defaults={"path": "/"},
        documents={"policy": "managed"},
        optional_outputs="namePrefix",
    ),
    "aws:iam/rolePolicy:RolePolicy": _served(
        "name namePrefix role",
        "policy",
        _joined(":", "role", "name"),
        "role name",
        named="name",
        documents=_INLINE,
        put=True,
        optional_outputs="namePrefix",
    ),
    "aws:iam/userPolicy:UserPolicy": _served(
        "name namePrefix user",
        "policy",
        _joined(":", "user", "name"),
        "user name",
        named="name",
        documents=_INLINE,
        put=True,
        optional_outputs="namePrefix",
    ),
    "aws:iam/groupPolicy:GroupPolicy": _served(
        "name namePrefix group",
        "policy",
        _joined(":", "group", "name"),
        "group name",
        named="name",
        documents=_INLINE,
        put=True,
        optional_outputs="namePrefix",
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _served(
        "policyArn role", "", _joined("/", "role", "policyArn"), "role policyArn", put=True
    ),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": _served(
        "policyArn user", "", _joined("/", "user", "policyArn"), "user policyArn", put=True
    ),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": _served(
        "policyArn group", "", _joined("/", "group", "policyArn"), "group policyArn", put=True
    ),
    "aws:iam/policyAttachment:PolicyAttachment": _served(
        "name policyArn", "groups roles users", _named(), "name", named="name", sets="groups roles users", put=True
    ),
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": _served(
        "roleName", "policyNames", _named("roleName"), "roleName", sets="policyNames", put=True
    ),
    "aws:iam/userPoliciesExclusive:UserPoliciesExclusive": _served(
        "userName", "policyNames", _named("userName"), "userName", sets="policyNames", put=True
    ),
    "aws:iam/groupPoliciesExclusive:GroupPoliciesExclusive": _served(
        "groupName", "policyNames", _named("groupName"), "groupName", sets="policyNames", put=True
    ),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": _served(
        "roleName", "policyArns", _named("roleName"), "roleName", sets="policyArns", put=True
    ),
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": _served(
        "userName", "policyArns", _named("userName"), "userName", sets="policyArns", put=True
    ),
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": _served(
        "groupName", "policyArns", _named("groupName"), "groupName", sets="policyArns", put=True
    ),
    "aws:iam/user:User": _served(
        "",
        "forceDestroy name path permissionsBoundary tags",
        _iam("user", "AIDA"),
        "name",
        fold=True,
        named="name",
        defaults={"path": "/", "forceDestroy": False},
    ),
    "aws:iam/group:Group": _served(
        "", "name path", _iam("group", "AGPA"), "name", fold=True, named="name", defaults={"path": "/"}
    ),
    "aws:iam/groupMembership:GroupMembership": _served(
        "group name", "users", _named(), "name", named="name", sets="users", put=True
    ),
    "aws:iam/userGroupMembership:UserGroupMembership": _served(
        "user",
        "groups",
        lambda f: {"id": f"sandbox-membership-{f.digits('membership', 12)}"},
        None,
        sets="groups",
    ),
    "aws:iam/accessKey:AccessKey": _served(
        "user pgpKey",
        "status",
        _credential,
        None,
        defaults={"status": "Active"},
        secret_outputs=("secret", "sesSmtpPasswordV4"),
    ),
    "aws:iam/userLoginProfile:UserLoginProfile": _served(
        "user pgpKey passwordLength passwordResetRequired",
        "",
        lambda f: {"id": f["user"], "password": FAKE_SECRET, "passwordResetRequired": False},
        "user",
        defaults={"passwordLength": 20},
        optional_outputs="passwordResetRequired",
        secret_outputs=("password",),
    ),
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": _served(
        "serviceName userName credentialAgeDays",
        "status",
        _service_credential,
        None,
        defaults={"status": "Active"},
        secret_outputs=("servicePassword", "serviceCredentialSecret"),
    ),
    "aws:iam/sshKey:SshKey": _served(
        "publicKey username",
        "encoding status",
        lambda f: {
            "id": f"sandbox-ssh-key-{f.digits('key', 12)}",
            "sshPublicKeyId": f"sandbox-ssh-key-{f.digits('key', 12)}",
            "fingerprint": f.digits("fingerprint", 32),
            "status": "Active",
        },
        None,
        optional_outputs="status",
    ),
    "aws:iam/signingCertificate:SigningCertificate": _served(
        "certificateBody userName",
        "status",
        lambda f: {
            "id": f"sandbox-certificate-{f.digits('key', 12)}:{f['userName']}",
            "certificateId": f"sandbox-certificate-{f.digits('key', 12)}",
        },
        None,
        defaults={"status": "Active"},
    ),
    "aws:iam/virtualMfaDevice:VirtualMfaDevice": _served(
        "path virtualMfaDeviceName",
        "tags",
        lambda f: {
            "id": f.iam("mfa", "virtualMfaDeviceName"),
            "arn": f.iam("mfa", "virtualMfaDeviceName"),
            "serialNumber": f.iam("mfa", "virtualMfaDeviceName"),
            "base32StringSeed": FAKE_SECRET,
            "qrCodePng": FAKE_SECRET,
            "enableDate": "",
            "userName": "",
        },
        "virtualMfaDeviceName",
        defaults={"path": "/"},
        secret_outputs=("base32StringSeed", "qrCodePng"),
    ),
    "aws:iam/instanceProfile:InstanceProfile": _served(
        "name namePrefix path",
        "role tags",
        _iam("instance-profile", "AIPA", namePrefix=lambda _: ""),
        "name",
        fold=True,
        named="name",
        defaults={"path": "/"},
        optional_outputs="namePrefix",
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _served(
        "url",
        "clientIdLists thumbprintLists tags",
        _oidc,
        "url",
        sets="clientIdLists",
        optional_outputs="thumbprintLists",
    ),
    "aws:iam/samlProvider:SamlProvider": _served(
        "name",
        "samlMetadataDocument tags",
        lambda f: {
            "id": f.iam("saml-provider"),
            "arn": f.iam("saml-provider"),
            "samlProviderUuid": f"sandbox-{f.digits('uuid', 12)}",
            "validUntil": FAKE_TIME,
        },
        "name",
        named="name",
    ),
    "aws:iam/serverCertificate:ServerCertificate": _served(
        "certificateBody certificateChain name namePrefix path privateKey",
        "tags",
        lambda f: {
            "id": f["name"],
            "arn": f.iam("server-certificate"),
            "expiration": FAKE_TIME,
            "uploadDate": FAKE_TIME,
            "namePrefix": "",
        },
        "name",
        fold=True,
        named="name",
        defaults={"path": "/"},
        secret_outputs=("privateKey",),
        optional_outputs="namePrefix",
    ),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": _served(
        "awsServiceName customSuffix",
        "description tags",
        _service_linked,
        "awsServiceName customSuffix",
        exists="InvalidInput",
    ),
    "aws:iam/accountAlias:AccountAlias": _served("accountAlias", "", _named("accountAlias"), "accountAlias"),
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": _served(
        "",
        """allowUsersToChangePassword hardExpiry maxPasswordAge minimumPasswordLength passwordReusePrevention
        requireLowercaseCharacters requireNumbers requireSymbols requireUppercaseCharacters""",
        lambda f: {"id": "iam-account-password-policy", "expirePasswords": bool(f["maxPasswordAge"])},
        "",
        put=True,
        defaults={"allowUsersToChangePassword": True, "minimumPasswordLength": 6},
        optional_outputs="""hardExpiry maxPasswordAge passwordReusePrevention requireLowercaseCharacters
        requireNumbers requireSymbols requireUppercaseCharacters""",
    ),
    "aws:iam/organizationsFeatures:OrganizationsFeatures": _served(
        "", "enabledFeatures", lambda _: {"id": "o-sandbox"}, "", sets="enabledFeatures", put=True
    ),
    "aws:iam/outboundWebIdentityFederation:OutboundWebIdentityFederation": _served(
        "",
        "",
        lambda f: {"id": f.account, "issuerIdentifier": f"https://{f.digits('issuer', 12)}.tokens.sandbox.invalid"},
        "",
        exists="FeatureEnabled",
    ),
    "aws:iam/securityTokenServicePreferences:SecurityTokenServicePreferences": _served(
        "", "globalEndpointTokenVersion", lambda f: {"id": f.account}, "", put=True
    ),
    # --- EKS ---
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _served(
        "clusterName namespace serviceAccount region",
        "disableSessionTags policy roleArn tags targetRoleArn",
        _association,
        "clusterName namespace serviceAccount region",
        documents={"policy": "session"},
        exists="ResourceInUseException",
    ),
    "aws:eks/accessEntry:AccessEntry": _served(
        "clusterName principalArn type region",
        "kubernetesGroups tags userName",
        lambda f: {
            "id": f"{f['clusterName']}:{f['principalArn']}",
            "accessEntryArn": f.arn("eks", f"access-entry/{f['clusterName']}/{f.digits('entry', 12)}"),
            "createdAt": FAKE_TIME,
            "modifiedAt": FAKE_TIME,
            "kubernetesGroups": [],
            "userName": f["principalArn"],
        },
        "clusterName principalArn region",
        sets="kubernetesGroups",
        defaults={"type": "STANDARD"},
        optional_outputs="kubernetesGroups userName",
        exists="ResourceInUseException",
    ),
    # --- IAM Roles Anywhere ---
    "aws:rolesanywhere/profile:Profile": _served(
        "requireInstanceProperties",
        "acceptRoleSessionName durationSeconds enabled managedPolicyArns name roleArns sessionPolicy tags",
        _anchored("profile"),
        None,
        named="name",
        documents={"sessionPolicy": "session"},
        sets="managedPolicyArns roleArns",
        optional_outputs="durationSeconds acceptRoleSessionName",
    ),
    "aws:rolesanywhere/trustAnchor:TrustAnchor": _served(
        "",
        "enabled name notificationSettings source tags",
        _anchored("trust-anchor"),
        None,
        named="name",
        optional_outputs="enabled notificationSettings",
    ),
    # --- Secrets Manager ---
    "aws:secretsmanager/secret:Secret": _served(
        "name namePrefix region type",
        "description forceOverwriteReplicaSecret kmsKeyId policy recoveryWindowInDays replicas tags",
        _secret,
        "name region",
        named="name",
        defaults={"forceOverwriteReplicaSecret": False, "recoveryWindowInDays": 30},
        documents={"policy": "resource"},
        optional_outputs="policy namePrefix replicas",
        exists="ResourceExistsException",
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": _served(
        "region secretBinary secretId secretString secretStringWoVersion",
        "secretStringWo versionStages",
        _secret_version,
        None,
        sets="versionStages",
        optional_outputs="versionStages",
        secret_outputs=("secretString", "secretBinary", "secretStringWo"),
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": _served(
        "region secretId",
        """externalSecretRotationMetadatas externalSecretRotationRoleArn rotateImmediately rotationEnabled
        rotationLambdaArn rotationRules""",
        lambda f: {"id": f["secretId"], "rotationEnabled": True},
        "secretId",
        defaults={"rotateImmediately": True},
        optional_outputs="rotationEnabled",
        put=True,
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": _served(
        "region secretArn",
        "blockPublicPolicy policy",
        _named("secretArn"),
        "secretArn",
        documents={"policy": "resource"},
        put=True,
    ),
    "aws:secretsmanager/tag:Tag": _served(
        "key region secretId", "value", _joined(",", "secretId", "key"), "secretId key", put=True
    ),
    # --- Bedrock AgentCore ---
    "aws:bedrock/agentcoreWorkloadIdentity:AgentcoreWorkloadIdentity": _served(
        "name region",
        "allowedResourceOauth2ReturnUrls tags",
        _workload_identity,
        "name region",
        named="name",
        sets="allowedResourceOauth2ReturnUrls",
        optional_outputs="allowedResourceOauth2ReturnUrls",
        exists="ConflictException",
    ),
    "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime": _served(
        "agentRuntimeName region",
        """agentRuntimeArtifact authorizerConfiguration description environmentVariables filesystemConfigurations
        lifecycleConfigurations networkConfiguration platformVersion protocolConfiguration
        requestHeaderConfiguration roleArn tags timeouts""",
        _agentcore("runtime", "agentRuntimeId", "agentRuntimeArn", "agentRuntimeName"),
        "agentRuntimeName region",
        optional_outputs="lifecycleConfigurations",
        exists="ConflictException",
    ),
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": _served(
        "name region authorizerType kmsKeyArn protocolType",
        """authorizerConfiguration description exceptionLevel interceptorConfigurations policyEngineConfiguration
        protocolConfiguration roleArn tags timeouts""",
        _agentcore("gateway", "gatewayId", "gatewayArn", "name"),
        "name region",
        named="name",
        exists="ConflictException",
    ),
    "aws:bedrock/agentcorePolicyEngine:AgentcorePolicyEngine": _served(
        "name region encryptionKeyArn",
        "description tags timeouts",
        _agentcore("policy-engine", "policyEngineId", "policyEngineArn", "name"),
        "name region",
        named="name",
        exists="ConflictException",
    ),
    "aws:bedrock/agentcorePolicy:AgentcorePolicy": _served(
        "name region policyEngineId",
        "definition description timeouts validationMode",
        _cedar,
        "policyEngineId name region",
        named="name",
        exists="ConflictException",
    ),
    # --- what agents work with ---
    "aws:s3/bucket:Bucket": _served(
        "bucket bucketNamespace bucketPrefix objectLockEnabled region",
        """accelerationStatus acl corsRules forceDestroy grants lifecycleRules logging objectLockConfiguration policy
        replicationConfiguration requestPayer serverSideEncryptionConfiguration tags versioning website""",
        _bucket,
        "bucket",
        named="bucket",
        defaults={"forceDestroy": False},
        documents={"policy": "resource"},
        optional_outputs="""accelerationStatus acl bucketPrefix corsRules grants lifecycleRules logging
        objectLockConfiguration objectLockEnabled policy replicationConfiguration requestPayer
        serverSideEncryptionConfiguration versioning website""",
        exists="BucketAlreadyOwnedByYou",
    ),
    "aws:s3/bucketPolicy:BucketPolicy": _served(
        "bucket region", "policy", _named("bucket"), "bucket", documents={"policy": "resource"}, put=True
    ),
    "aws:kms/key:Key": _served(
        "customKeyStoreId customerMasterKeySpec keyUsage multiRegion region xksKeyId",
        """bypassPolicyLockoutSafetyCheck deletionWindowInDays description enableKeyRotation isEnabled policy
        rotationPeriodInDays tags""",
        _key,
        None,
        defaults={
            "bypassPolicyLockoutSafetyCheck": False,
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        },
        documents={"policy": "resource"},
        optional_outputs="description enableKeyRotation multiRegion policy rotationPeriodInDays",
    ),
    "aws:sqs/queue:Queue": _served(
        "fifoQueue name namePrefix region",
        """contentBasedDeduplication deduplicationScope delaySeconds fifoThroughputLimit
        kmsDataKeyReusePeriodSeconds kmsMasterKeyId maxMessageSize messageRetentionSeconds policy
        receiveWaitTimeSeconds redriveAllowPolicy redrivePolicy sqsManagedSseEnabled tags visibilityTimeoutSeconds""",
        _queue,
        "name region",
        named="name",
        documents={"policy": "resource"},
        optional_outputs="""deduplicationScope fifoThroughputLimit kmsDataKeyReusePeriodSeconds namePrefix policy
        redriveAllowPolicy redrivePolicy sqsManagedSseEnabled""",
        exists="QueueNameExists",
    ),
    "aws:dynamodb/table:Table": _served(
        """hashKey importTable localSecondaryIndexes name rangeKey region restoreBackupArn restoreDateTime
        restoreSourceName restoreSourceTableArn restoreToLatestTime""",
        """attributes billingMode deletionProtectionEnabled globalSecondaryIndexes globalTableWitness
        onDemandThroughput pointInTimeRecovery readCapacity replicas serverSideEncryption streamEnabled
        streamViewType tableClass tags ttl warmThroughput writeCapacity""",
        _table,
        "name region",
        named="name",
        defaults={"billingMode": "PROVISIONED"},
        optional_outputs="""attributes globalTableWitness hashKey pointInTimeRecovery rangeKey readCapacity
        serverSideEncryption streamViewType ttl warmThroughput writeCapacity""",
        exists="ResourceInUseException",
    ),
    "aws:lambda/function:Function": _served(
        "durableConfig name packageType region tenancyConfig",
        _FUNCTION_UPDATES,
        _function,
        "name region",
        named="name",
        optional_outputs="architectures ephemeralStorage loggingConfig snapStart sourceCodeHash tracingConfig",
        exists="ResourceConflictException",
    ),
}
