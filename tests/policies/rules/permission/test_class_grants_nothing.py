"""Fixtures of NHI-PRM-132."""

from dataclasses import replace
from typing import Any

from nhi_policies.view.resource import Resource

from policies import federated_kit as far
from policies import kit, kubernetes_kit
from policies.kit import Case

RULE = "NHI-PRM-132"

_TWO = far.context()
_GROUP = "0c000000-0000-4000-8000-00000000000c"
_WHERE = far.environment(**{"entra.class_groups": {"research": _GROUP}})
_BOUND = replace(_TWO, environment=_WHERE)
_ROLE = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment"
_BUCKET = "gcp:storage/bucketIAMMember:BucketIAMMember"
_DENY = "gcp:iam/denyPolicy:DenyPolicy"
_SELECTS = {"matchLabels": {"nhi/agent-class": "research"}}


_CLASS = far.class_member()


def _grant(member: Any = _CLASS, **more: Any) -> Resource:
    inputs = {"bucket": "acme", "role": "roles/storage.objectViewer", **more}
    return kit.resource(_BUCKET, "by-hand", inputs if member is ... else {**inputs, "member": member})


def _deny(**rule: Any) -> Resource:
    return kit.resource(_DENY, "by-hand", {"name": "x", "rules": [{"denyRule": {"deniedPermissions": ["a"], **rule}}]})


def _trust(principal: Any, **condition: str) -> Resource:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": condition},
    }
    return kit.resource("aws:iam/role:Role", "by-hand", {"name": "x", "assumeRolePolicy": kit.document(statement)})


def _network(**spec: Any) -> Resource:
    body = {"podSelector": _SELECTS, "policyTypes": ["Ingress", "Egress"], "ingress": [], "egress": [], **spec}
    return kubernetes_kit.stranger("kubernetes:networking.k8s.io/v1:NetworkPolicy", "by-hand", spec=body)


GOOD = [
    Case("a group with its members", [far.group(), far.principal(), far.membership()], _TWO),
    Case(
        "an agent in the group that the environment names",
        [kit.altered(far.membership(), groupObjectId=_GROUP)],
        _BOUND,
    ),
    Case(
        "an agent's own app role, member and network",
        [far.group(), far.assignment(), far.become(), kit.k8s_network_policy()],
        _TWO,
    ),
]
BAD = [
    Case("an app role for the group of a class", [far.group(), far.assignment(of=far.group())], _TWO, "class research"),
    Case(
        "a directory role for the group of a class",
        [far.group(), far.made(_ROLE, "by-hand", {"roleId": "x"}, principalObjectId=far.group())],
        _TWO,
        "class research",
    ),
    Case(
        "the group of a class inside another group",
        [far.group(), far.group("other"), far.membership(of=far.group("other"), member=far.group())],
        _TWO,
        "memberObjectId",
    ),
    Case(
        "a group that only says that it is a class's",
        [far.group(displayName="readers"), far.assignment(of=far.group(displayName="readers"))],
        _TWO,
        "class research",
    ),
    Case(
        "an app role for the group that the environment names",
        [kit.altered(far.assignment(), principalObjectId=_GROUP)],
        _BOUND,
        "class research",
    ),
    Case("a group that is assignable to roles", [far.group(assignableToRole=True)], _TWO, "assignable"),
    Case("a group with an owner", [far.group(owners=[_GROUP])], _TWO, "owners"),
    Case(
        "a group whose members a rule adds",
        [far.group(dynamicMembership={"enabled": True, "rule": "user.department -eq 'x'"})],
        _TWO,
        "dynamicMembership",
    ),
    Case("a bucket for a class", [_grant()], _TWO, "class research"),
    Case("a bucket for every agent of the pool", [_grant(far.class_member("*"))], _TWO, "every agent of the pool"),
    Case(
        "a class among several members",
        [_grant(..., members=["user:a@b.example", far.class_member()])],
        _TWO,
        "members",
    ),
    Case("a class may become an agent", [far.become(member=far.class_member())], _TWO, "class research"),
    Case(
        "a class in a whole policy",
        [
            kit.resource(
                "gcp:storage/bucketIAMPolicy:BucketIAMPolicy",
                "by-hand",
                {"policyData": f'{{"bindings": [{{"role": "roles/viewer", "members": ["{far.class_member()}"]}}]}}'},
            )
        ],
        _TWO,
        "policyData",
    ),
    Case(
        "a class that a deny spares",
        [_deny(deniedPrincipals=["principalSet://goog/public:all"], exceptionPrincipals=[far.class_member()])],
        _TWO,
        "exceptionPrincipals",
    ),
    Case(
        "a role for whoever has the tag of a class",
        [_trust({"AWS": "arn:aws:iam::111122223333:root"}, **{"aws:PrincipalTag/nhi:agent-class": "research"})],
        _TWO,
        "tag of a class",
    ),
    Case(
        "a secret for everybody with the tag of a class",
        [
            kit.resource(
                "aws:secretsmanager/secretPolicy:SecretPolicy",
                "by-hand",
                {
                    "secretArn": "x",
                    "policy": kit.document(
                        {
                            "Effect": "Allow",
                            "Principal": "*",
                            "Action": "secretsmanager:GetSecretValue",
                            "Resource": "*",
                            "Condition": {"StringLike": {"aws:principaltag/NHI:agent-class": "*"}},
                        }
                    ),
                },
            )
        ],
        _TWO,
        "tag of a class",
    ),
    Case("a network that opens for a class", [_network(egress=[{}])], _TWO, "opens the network"),
    Case(
        "a network that opens for every class",
        [_network(podSelector={"matchExpressions": [{"key": "nhi/agent-class", "operator": "Exists"}]}, ingress=[{}])],
        _TWO,
        "opens the network",
    ),
    Case("a SPIFFE id for a class", [kubernetes_kit.spiffe_id(**{"spec.podSelector": _SELECTS})], _TWO, "SPIFFE id"),
]
NEAR_MISS = [
    Case(
        "an app role for a group that is no class's",
        [
            far.group(displayName="readers", description="Readers"),
            far.assignment(of=far.group(displayName="readers", description="Readers")),
        ],
        _TWO,
    ),
    Case("a deny for a class", [_deny(deniedPrincipals=[far.class_member()])], _TWO),
    Case("a bucket for one subject of the pool", [_grant(far.subject_member("repo:acme/shop"))], _TWO),
    Case(
        "a bucket for another attribute of another pool",
        [_grant(far.class_member("attribute.repository/shop", "ci"))],
        _TWO,
    ),
    Case("a network that closes for a class", [_network()], _TWO),
    Case(
        "the tag of a class narrows one exact role",
        [_trust({"AWS": "arn:aws:iam::111122223333:role/a"}, **{"aws:PrincipalTag/nhi:agent-class": "research"})],
        _TWO,
    ),
    Case(
        "another tag",
        [_trust({"AWS": "arn:aws:iam::111122223333:root"}, **{"aws:PrincipalTag/team": "research"})],
        _TWO,
    ),
    Case(
        "a member that an account's own output says",
        [far.account(), far.made(_BUCKET, "by-hand", {"bucket": "acme", "role": "x"}, member=far.account())],
        _TWO,
    ),
    Case(
        "a SPIFFE id that the class only narrows",
        [
            kubernetes_kit.spiffe_id(
                **{"spec.podSelector.matchLabels": {"nhi/agent-id": "support-agent", "nhi/agent-class": "research"}}
            )
        ],
        _TWO,
    ),
    Case("a stack without agents", [_grant()], kit.context(agents={})),
]
UNKNOWN = [
    Case("a bucket for an unknown member", [_grant(kit.UNKNOWN)], _TWO, "member"),
    Case(
        "a bucket for members of which one is unknown",
        [_grant(..., members=["user:a@b.example", kit.UNKNOWN])],
        _TWO,
        "members",
    ),
    Case(
        "an app role for an unknown principal",
        [far.group(), far.made(_ROLE, "by-hand", {"principalObjectId": kit.UNKNOWN})],
        _TWO,
        "principalObjectId",
    ),
    Case(
        "an agent's role with an unknown trust policy",
        [kit.role(assumeRolePolicy=kit.UNKNOWN)],
        _TWO,
        "assumeRolePolicy",
    ),
    Case("a network policy with an unknown selector", [_network(podSelector=kit.UNKNOWN)], _TWO, "podSelector"),
]
