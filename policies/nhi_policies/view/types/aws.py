"""AWS types that rules read, by what they are to the gate, and types of its identity services that give no access."""

from __future__ import annotations

AWS_ROLE = "aws:iam/role:Role"
AWS_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
AWS_POLICY = "aws:iam/policy:Policy"
AWS_ROLE_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
AWS_POLICY_ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment"
AWS_ROLE_POLICIES_EXCLUSIVE = "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive"
AWS_ROLE_ATTACHMENTS_EXCLUSIVE = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
AWS_INSTANCE_PROFILE = "aws:iam/instanceProfile:InstanceProfile"
AWS_USER = "aws:iam/user:User"
AWS_ACCESS_KEY = "aws:iam/accessKey:AccessKey"
AWS_LOGIN_PROFILE = "aws:iam/userLoginProfile:UserLoginProfile"
AWS_SERVICE_CREDENTIAL = "aws:iam/serviceSpecificCredential:ServiceSpecificCredential"
AWS_SIGNING_CERTIFICATE = "aws:iam/signingCertificate:SigningCertificate"
AWS_SSH_KEY = "aws:iam/sshKey:SshKey"
AWS_USER_POLICY = "aws:iam/userPolicy:UserPolicy"
AWS_USER_ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment"
AWS_GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy"
AWS_GROUP_ATTACHMENT = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"
AWS_OIDC_PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
AWS_POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
AWS_ROLES_ANYWHERE_PROFILE = "aws:rolesanywhere/profile:Profile"
AWS_WORKLOAD_IDENTITY = "aws:bedrock/agentcoreWorkloadIdentity:AgentcoreWorkloadIdentity"
AWS_AGENT_RUNTIME = "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime"
AWS_HARNESS = "aws:bedrock/agentcoreHarness:AgentcoreHarness"
AWS_BEDROCK_AGENT = "aws:bedrock/agentAgent:AgentAgent"
AWS_SECRET = "aws:secretsmanager/secret:Secret"  # a type token
AWS_SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"  # a type token
AWS_SECRET_ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"  # a type token
AWS_SECRET_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy"  # a type token

AWS_KINDS: dict[str, frozenset[str]] = {
    "principal": frozenset({AWS_ROLE, AWS_USER}),
    "static-credential": frozenset(
        {AWS_ACCESS_KEY, AWS_LOGIN_PROFILE, AWS_SERVICE_CREDENTIAL, AWS_SIGNING_CERTIFICATE, AWS_SSH_KEY}
    ),
    "aws-document": frozenset(
        {
            AWS_ROLE,
            AWS_ROLE_POLICY,
            AWS_POLICY,
            AWS_USER_POLICY,
            AWS_GROUP_POLICY,
            AWS_POD_IDENTITY,
            AWS_ROLES_ANYWHERE_PROFILE,
            AWS_SECRET,
            AWS_SECRET_POLICY,
        }
    ),
    "aws-identity-policy": frozenset({AWS_ROLE, AWS_ROLE_POLICY, AWS_POLICY, AWS_USER_POLICY, AWS_GROUP_POLICY}),
    "aws-grant": frozenset(
        {
            AWS_ROLE_POLICY,
            AWS_POLICY,
            AWS_ROLE_ATTACHMENT,
            AWS_POLICY_ATTACHMENT,
            AWS_USER_POLICY,
            AWS_USER_ATTACHMENT,
            AWS_GROUP_POLICY,
            AWS_GROUP_ATTACHMENT,
        }
    ),
}

AWS_COVERED: frozenset[str] = frozenset(
    {
        AWS_ROLE_POLICIES_EXCLUSIVE,
        AWS_ROLE_ATTACHMENTS_EXCLUSIVE,
        AWS_INSTANCE_PROFILE,
        AWS_OIDC_PROVIDER,
        AWS_WORKLOAD_IDENTITY,
        AWS_AGENT_RUNTIME,
        AWS_HARNESS,
        AWS_BEDROCK_AGENT,
        AWS_SECRET_VERSION,
        AWS_SECRET_ROTATION,
    }
)

AWS_HARMLESS: frozenset[str] = frozenset(
    {
        "aws:iam/accountAlias:AccountAlias",
        "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        "aws:iam/group:Group",
        "aws:iam/serverCertificate:ServerCertificate",
        "aws:iam/serviceLinkedRole:ServiceLinkedRole",
        "aws:iam/virtualMfaDevice:VirtualMfaDevice",
        "aws:eks/addon:Addon",
        "aws:eks/cluster:Cluster",
        "aws:eks/fargateProfile:FargateProfile",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:organizations/account:Account",
        "aws:organizations/organization:Organization",
        "aws:organizations/organizationalUnit:OrganizationalUnit",
        "aws:organizations/tag:Tag",
        "aws:rolesanywhere/trustAnchor:TrustAnchor",
    }
)
