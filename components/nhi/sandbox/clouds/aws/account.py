"""What objects of one AWS account do to each other: who must exist, what is still in use, what is swept away.

Owns the rules that need a world. Every function takes the mapping of things inside one change and either changes it
or raises `CloudError` with the code that AWS answers (each operation's page in the IAM and Secrets Manager API
references lists them).

Known to be looser than AWS: an object is found by path and name, whatever account number an ARN carries, because a
world belongs to one stack and the sandbox does not know which account a provider is meant for. Objects of other
services that are named by ARN (a pod identity association's role, a function's role) are not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.aws.limits import MANAGED_POLICIES_PER_IDENTITY
from nhi.sandbox.clouds.aws.policies import INLINE_LIMITS, size
from nhi.sandbox.clouds.model import CloudError, Inputs
from nhi.sandbox.clouds.world import Thing, Things, of_types

_KINDS = ("role", "user", "group")
_IDENTITY = {"role": "aws:iam/role:Role", "user": "aws:iam/user:User", "group": "aws:iam/group:Group"}
_ATTACHMENT = {k: f"aws:iam/{k}PolicyAttachment:{k.capitalize()}PolicyAttachment" for k in _KINDS}
_INLINE = {k: f"aws:iam/{k}Policy:{k.capitalize()}Policy" for k in _KINDS}
_POLICY = "aws:iam/policy:Policy"
_MANY = "aws:iam/policyAttachment:PolicyAttachment"
_PROFILE = "aws:iam/instanceProfile:InstanceProfile"
_KEY = "aws:iam/accessKey:AccessKey"
_SECRET = "aws:secretsmanager/secret:Secret"
_ENGINE = "aws:bedrock/agentcorePolicyEngine:AgentcorePolicyEngine"

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ACCESS_KEYS_PER_USER = 2

# Credentials of a user, and the property that names the user.
_CREDENTIALS = {
    _KEY: "user",
    "aws:iam/userLoginProfile:UserLoginProfile": "user",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "userName",
    "aws:iam/sshKey:SshKey": "username",
    "aws:iam/signingCertificate:SigningCertificate": "userName",
}


def _same_name(one: Any, other: Any) -> bool:
    return isinstance(one, str) and isinstance(other, str) and one.lower() == other.lower()


def _require(things: Things, kind: str, name: Any) -> Thing:
    for thing in of_types(things, _IDENTITY[kind]):
        if _same_name(thing.inputs.get("name"), name):
            return thing
    raise CloudError("NoSuchEntity", f"the {kind} with name {name} cannot be found")


def _require_policy(things: Things, arn: Any) -> None:
    if re.match(r"arn:aws[a-z-]*:iam::aws:policy/", str(arn)):
        return
    if not any(_names_policy(arn, thing) for thing in of_types(things, _POLICY)):
        raise CloudError("NoSuchEntity", f"policy {arn} does not exist or is not attachable")


def _names_policy(arn: Any, policy: Thing) -> bool:
    path, name = policy.inputs.get("path") or "/", policy.inputs.get("name")
    return isinstance(arn, str) and arn.endswith(f":policy{path}{name}")


def _attached(things: Things, kind: str, name: Any) -> set[str]:
    direct = {
        str(thing.inputs["policyArn"])
        for thing in of_types(things, _ATTACHMENT[kind])
        if _same_name(thing.inputs.get(kind), name)
    }
    many = {
        str(thing.inputs["policyArn"])
        for thing in of_types(things, _MANY)
        if any(_same_name(member, name) for member in thing.inputs.get(f"{kind}s") or ())
    }
    own = {
        str(arn)
        for thing in of_types(things, _IDENTITY[kind])
        if _same_name(thing.inputs.get("name"), name)
        for arn in thing.inputs.get("managedPolicyArns") or ()
    }
    return direct | many | own


def _quota(things: Things, kind: str, name: Any, arn: Any) -> None:
    attached = _attached(things, kind, name) | {str(arn)}
    if len(attached) > MANAGED_POLICIES_PER_IDENTITY:
        raise CloudError(
            "LimitExceeded", f"{kind} {name} would have more than {MANAGED_POLICIES_PER_IDENTITY} managed policies"
        )


# --- before an object is made or changed ------------------------------------------------------------------------


def admit(things: Things, type: str, inputs: Inputs, id: str | None) -> None:
    """Raises `CloudError` where the account would refuse this object as it now stands.

    `id` is the object's own on an update and None on a create, so that it is not counted twice.
    """
    judge = _ADMIT.get(type)
    if judge is not None:
        judge(things, inputs, id)


def _admit_attachment(kind: str) -> Callable[[Things, Inputs, str | None], None]:
    def judge(things: Things, inputs: Inputs, _: str | None) -> None:
        _require(things, kind, inputs[kind])
        _require_policy(things, inputs["policyArn"])
        _quota(things, kind, inputs[kind], inputs["policyArn"])

    return judge


def _admit_inline(kind: str) -> Callable[[Things, Inputs, str | None], None]:
    def judge(things: Things, inputs: Inputs, _: str | None) -> None:
        identity = _require(things, kind, inputs[kind])
        total = size(str(inputs["policy"])) + sum(
            size(str(thing.inputs["policy"]))
            for thing in of_types(things, _INLINE[kind])
            if _same_name(thing.inputs.get(kind), inputs[kind]) and thing.inputs.get("name") != inputs.get("name")
        )
        total += sum(size(str(row.get("policy", ""))) for row in identity.inputs.get("inlinePolicies") or ())
        if total > INLINE_LIMITS[kind]:
            raise CloudError(
                "LimitExceeded",
                f"the inline policies of {kind} {inputs[kind]} would have {total} characters; "
                f"the limit is {INLINE_LIMITS[kind]}",
            )

    return judge


def _admit_role(things: Things, inputs: Inputs, _: str | None) -> None:
    for arn in inputs.get("managedPolicyArns") or ():
        _require_policy(things, arn)


def _admit_many(things: Things, inputs: Inputs, _: str | None) -> None:
    _require_policy(things, inputs["policyArn"])
    for kind in _KINDS:
        for name in inputs.get(f"{kind}s") or ():
            _require(things, kind, name)
            _quota(things, kind, name, inputs["policyArn"])


def _admit_exclusive(kind: str) -> Callable[[Things, Inputs, str | None], None]:
    def judge(things: Things, inputs: Inputs, _: str | None) -> None:
        _require(things, kind, inputs[f"{kind}Name"])
        for arn in inputs.get("policyArns") or ():
            _require_policy(things, arn)

    return judge


def _admit_key(things: Things, inputs: Inputs, id: str | None) -> None:
    _require(things, "user", inputs["user"])
    keys = [t for t in of_types(things, _KEY) if _same_name(t.inputs.get("user"), inputs["user"]) and t.id != id]
    if len(keys) >= ACCESS_KEYS_PER_USER:
        raise CloudError("LimitExceeded", f"user {inputs['user']} has {ACCESS_KEYS_PER_USER} access keys already")


def _admit_credential(name: str) -> Callable[[Things, Inputs, str | None], None]:
    return lambda things, inputs, _: (_require(things, "user", inputs[name]), None)[1]


def _admit_profile(things: Things, inputs: Inputs, _: str | None) -> None:
    if inputs.get("role") is not None:
        _require(things, "role", inputs["role"])


def _admit_members(things: Things, inputs: Inputs, _: str | None) -> None:
    _require(things, "group", inputs["group"])
    for user in inputs.get("users") or ():
        _require(things, "user", user)


def _admit_membership(things: Things, inputs: Inputs, _: str | None) -> None:
    _require(things, "user", inputs["user"])
    for group in inputs.get("groups") or ():
        _require(things, "group", group)


def _names_secret(text: Any, secret: Thing) -> bool:
    # An ARN may leave out the six characters that AWS adds to a secret's name.
    arn = secret.id
    return text in (arn, arn[: arn.rindex("-")], secret.inputs.get("name"))


def _admit_secret_part(name: str) -> Callable[[Things, Inputs, str | None], None]:
    def judge(things: Things, inputs: Inputs, _: str | None) -> None:
        if not any(_names_secret(inputs[name], secret) for secret in of_types(things, _SECRET)):
            raise CloudError("ResourceNotFoundException", "Secrets Manager can't find the specified secret")

    return judge


def _admit_cedar(things: Things, inputs: Inputs, _: str | None) -> None:
    if (_ENGINE, str(inputs["policyEngineId"])) not in things:
        raise CloudError("ResourceNotFoundException", f"policy engine {inputs['policyEngineId']} does not exist")


def _admit_bucket_policy(things: Things, inputs: Inputs, _: str | None) -> None:
    if ("aws:s3/bucket:Bucket", str(inputs["bucket"])) not in things:
        raise CloudError("NoSuchBucket", f"the bucket {inputs['bucket']} does not exist")


_ADMIT: dict[str, Callable[[Things, Inputs, str | None], None]] = {
    _IDENTITY["role"]: _admit_role,
    _MANY: _admit_many,
    _PROFILE: _admit_profile,
    **{_ATTACHMENT[kind]: _admit_attachment(kind) for kind in _KINDS},
    **{_INLINE[kind]: _admit_inline(kind) for kind in _KINDS},
    **{
        f"aws:iam/{kind}{what}Exclusive:{kind.capitalize()}{what}Exclusive": _admit_exclusive(kind)
        for kind in _KINDS
        for what in ("Policies", "PolicyAttachments")
    },
    **{type: _admit_credential(name) for type, name in _CREDENTIALS.items()},
    _KEY: _admit_key,
    "aws:iam/groupMembership:GroupMembership": _admit_members,
    "aws:iam/userGroupMembership:UserGroupMembership": _admit_membership,
    "aws:secretsmanager/secretVersion:SecretVersion": _admit_secret_part("secretId"),
    "aws:secretsmanager/secretRotation:SecretRotation": _admit_secret_part("secretId"),
    "aws:secretsmanager/secretPolicy:SecretPolicy": _admit_secret_part("secretArn"),
    "aws:secretsmanager/tag:Tag": _admit_secret_part("secretId"),
    "aws:bedrock/agentcorePolicy:AgentcorePolicy": _admit_cedar,
    "aws:s3/bucketPolicy:BucketPolicy": _admit_bucket_policy,
}


# --- after an object is made or changed -------------------------------------------------------------------------


def settle(things: Things, type: str, urn: str, inputs: Inputs) -> None:
    """What the object does to others once it exists: an exclusive list removes foreign grants and adds missing ones."""
    for kind in _KINDS:
        if type == f"aws:iam/{kind}PoliciesExclusive:{kind.capitalize()}PoliciesExclusive":
            _strip_inline(things, kind, inputs)
        elif type == f"aws:iam/{kind}PolicyAttachmentsExclusive:{kind.capitalize()}PolicyAttachmentsExclusive":
            _strip_attached(things, kind, urn, inputs)


def _strip_inline(things: Things, kind: str, inputs: Inputs) -> None:
    name, kept = inputs[f"{kind}Name"], set(inputs.get("policyNames") or ())
    for thing in of_types(things, _INLINE[kind]):
        if _same_name(thing.inputs.get(kind), name) and thing.inputs.get("name") not in kept:
            del things[thing.type, thing.id]
    identity = _require(things, kind, name)
    rows = identity.inputs.get("inlinePolicies")
    if rows:
        _rewrite(things, identity, {"inlinePolicies": [row for row in rows if row.get("name") in kept]})


def _strip_attached(things: Things, kind: str, urn: str, inputs: Inputs) -> None:
    name, kept = inputs[f"{kind}Name"], set(inputs.get("policyArns") or ())
    for thing in of_types(things, _ATTACHMENT[kind]):
        if _same_name(thing.inputs.get(kind), name) and thing.inputs.get("policyArn") not in kept:
            del things[thing.type, thing.id]
    for thing in of_types(things, _MANY):
        members = list(thing.inputs.get(f"{kind}s") or ())
        if thing.inputs.get("policyArn") not in kept and any(_same_name(member, name) for member in members):
            _rewrite(things, thing, {f"{kind}s": [m for m in members if not _same_name(m, name)]})
    identity = _require(things, kind, name)
    arns = identity.inputs.get("managedPolicyArns")
    if arns:
        _rewrite(things, identity, {"managedPolicyArns": [arn for arn in arns if arn in kept]})
    for arn in sorted(kept - _attached(things, kind, name)):
        made = {kind: name, "policyArn": arn}
        id = f"{name}/{arn}"
        things[_ATTACHMENT[kind], id] = Thing(_ATTACHMENT[kind], id, urn, made, made)


def _rewrite(things: Things, thing: Thing, change: Mapping[str, Any]) -> None:
    # Inputs stay what the program asked for: only what the account now shows has changed, as drift would.
    things[thing.type, thing.id] = Thing(
        thing.type, thing.id, thing.urn, {**thing.inputs, **change}, {**thing.outputs, **change}
    )


# --- before an object goes --------------------------------------------------------------------------------------


def release(things: Things, thing: Thing) -> None:
    """Raises `DeleteConflict` where the object is still in use; removes what goes with it."""
    for kind in _KINDS:
        if thing.type == _IDENTITY[kind]:
            _release_identity(things, kind, thing)
    if thing.type == _POLICY:
        _release_policy(things, thing)
    elif thing.type == _SECRET:
        for other in list(things.values()):
            named = other.inputs.get("secretId") or other.inputs.get("secretArn")
            if other.type.startswith("aws:secretsmanager/") and other is not thing and _names_secret(named, thing):
                del things[other.type, other.id]
    elif thing.type == _ENGINE and any(
        other.inputs.get("policyEngineId") == thing.id
        for other in of_types(things, "aws:bedrock/agentcorePolicy:AgentcorePolicy")
    ):
        raise CloudError("ConflictException", f"policy engine {thing.id} still has policies")


def _release_identity(things: Things, kind: str, thing: Thing) -> None:
    name = thing.inputs.get("name")
    # The object's own lists go with it: the provider empties them before it deletes.
    bare = {key: value for key, value in things.items() if key != (thing.type, thing.id)}
    inline = [t for t in of_types(bare, _INLINE[kind]) if _same_name(t.inputs.get(kind), name)]
    direct = [t for t in of_types(bare, _ATTACHMENT[kind]) if _same_name(t.inputs.get(kind), name)]
    credentials = (
        [t for type, who in _CREDENTIALS.items() for t in of_types(bare, type) if _same_name(t.inputs.get(who), name)]
        if kind == "user"
        else []
    )
    if thing.inputs.get("forceDetachPolicies") is True:
        for other in (*inline, *direct):
            del things[other.type, other.id]
        inline, direct = [], []
    if thing.inputs.get("forceDestroy") is True:
        for other in (*inline, *direct, *credentials):
            del things[other.type, other.id]
        inline, direct, credentials = [], [], []
    for left, what in (
        (
            direct or _attached({k: v for k, v in bare.items() if v.type == _MANY}, kind, name),
            "must detach all policies first",
        ),
        (inline, "must delete policies first"),
        (credentials, "must delete access keys and other credentials first"),
    ):
        if left:
            raise CloudError("DeleteConflict", f"cannot delete {kind} {name}, {what}")
    if kind == "role" and any(_same_name(t.inputs.get("role"), name) for t in of_types(bare, _PROFILE)):
        raise CloudError("DeleteConflict", f"cannot delete role {name}, must remove it from its instance profile first")
    if kind != "role":
        _release_member(things, kind, name)


def _release_member(things: Things, kind: str, name: Any) -> None:
    for thing in list(things.values()):
        members = thing.inputs.get("users" if kind == "user" else "groups")
        if thing.type == "aws:iam/groupMembership:GroupMembership":
            inside = _same_name(thing.inputs.get("group"), name) if kind == "group" else False
            if (inside and thing.inputs.get("users")) or (kind == "user" and _contains(members, name)):
                raise CloudError("DeleteConflict", f"cannot delete {kind} {name}, a group still has members")
        elif thing.type == "aws:iam/userGroupMembership:UserGroupMembership":
            inside = _same_name(thing.inputs.get("user"), name) and thing.inputs.get("groups")
            if (kind == "user" and inside) or (kind == "group" and _contains(members, name)):
                raise CloudError("DeleteConflict", f"cannot delete {kind} {name}, must remove users from group first")


def _contains(members: Any, name: Any) -> bool:
    return any(_same_name(member, name) for member in members or () if member is not UNKNOWN)


def _release_policy(things: Things, policy: Thing) -> None:
    for thing in things.values():
        held: list[Any] = []
        if thing.type in _ATTACHMENT.values() or thing.type == _MANY:
            if thing.type != _MANY or any(thing.inputs.get(f"{kind}s") for kind in _KINDS):
                held.append(thing.inputs.get("policyArn"))
        elif thing.type in _IDENTITY.values():
            held.extend(thing.inputs.get("managedPolicyArns") or ())
            held.append(thing.inputs.get("permissionsBoundary"))
        if any(_names_policy(arn, policy) for arn in held):
            raise CloudError("DeleteConflict", f"cannot delete policy {policy.id}, it is attached to entities")
