"""The AWS stand-in: limits, replacement, what exists, what is in use, what is swept away, what it answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.aws import AwsCloud
from nhi.sandbox.clouds.aws.functions import FUNCTIONS
from nhi.sandbox.clouds.aws.types import TYPES
from nhi.sandbox.clouds.model import CloudError
from nhi.sandbox.clouds.table import FAKE_SECRET
from nhi.sandbox.clouds.world import Thing, World

from clouds.aws_objects import (
    ACCOUNT,
    ASSOCIATION,
    ATTACHMENT,
    BUCKET,
    GOOD,
    INLINE,
    KEY,
    NO_INLINE,
    ONLY_ATTACHED,
    POLICY,
    PROFILE,
    READ,
    ROLE,
    ROLE_ARN,
    ROTATION,
    SECRET,
    TRUST,
    USER,
    VERSION,
    WORKLOAD,
)
from clouds.objects import create, inputs
from clouds.objects import urn as _urn


@pytest.fixture
def cloud() -> AwsCloud:
    return AwsCloud()


def _checked(cloud: AwsCloud, type: str, **change: Any) -> dict[str, Any]:
    return inputs(cloud, GOOD, type, **change)


def _make(cloud: AwsCloud, world: World, type: str, **more: Any) -> str:
    return str(create(cloud, world, GOOD, type, **more).id)


# --- check ------------------------------------------------------------------------------------------------------


_OIDC = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
_ANCHOR = "aws:rolesanywhere/trustAnchor:TrustAnchor"
_RUNTIME = "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime"
_GATEWAY = "aws:bedrock/agentcoreGateway:AgentcoreGateway"
_QUEUE = "aws:sqs/queue:Queue"
_KMS = "aws:kms/key:Key"


@pytest.mark.parametrize(
    ("type", "property", "bad", "good"),
    [
        (ROLE, "name", "r" * 65, "r" * 64),
        (ROLE, "name", "a b", "a_+=,.@-b"),
        (ROLE, "namePrefix", "r", None),
        (ROLE, "path", "agents/", "/agents/dev/"),
        (ROLE, "path", "/agents", "/"),
        (ROLE, "path", f"/{'p' * 511}/", f"/{'p' * 510}/"),
        (ROLE, "maxSessionDuration", 3599, 3600),
        (ROLE, "maxSessionDuration", 43201, 43200),
        (ROLE, "description", "d" * 1001, "d" * 1000),
        (ROLE, "description", "—", "é"),
        (ROLE, "permissionsBoundary", ROLE_ARN, f"arn:aws:iam::{ACCOUNT}:policy/b"),
        (ROLE, "permissionsBoundary", "b", "arn:aws:iam::aws:policy/PowerUserAccess"),
        (ROLE, "assumeRolePolicy", READ, TRUST),
        (ROLE, "inlinePolicies", [{"name": "i", "policy": TRUST}], [{"name": "i", "policy": READ}]),
        (ROLE, "inlinePolicies", [{"name": f"i{n}", "policy": READ} for n in range(140)], []),
        (ROLE, "tags", {f"k{n}": "v" for n in range(51)}, {f"k{n}": "v" for n in range(50)}),
        (POLICY, "name", "p" * 129, "p" * 128),
        (POLICY, "policy", TRUST, READ),
        (ATTACHMENT, "policyArn", "p", f"arn:aws:iam::{ACCOUNT}:policy/agents/p"),
        (ATTACHMENT, "role", ROLE_ARN, "r"),
        (USER, "name", "u" * 65, "u" * 64),
        (KEY, "status", "On", "Inactive"),
        (ONLY_ATTACHED, "policyArns", [f"arn:aws:iam::{ACCOUNT}:policy/{n}" for n in range(11)], []),
        (_OIDC, "url", "http://oidc.example.com", "https://oidc.example.com"),
        (_OIDC, "thumbprintLists", ["x"], ["a" * 40]),
        (ASSOCIATION, "namespace", "Ns", "n-1"),
        (ASSOCIATION, "roleArn", "r", ROLE_ARN),
        (ASSOCIATION, "clusterName", "-c", "c-1"),
        (PROFILE, "durationSeconds", 899, 900),
        (PROFILE, "durationSeconds", 43201, 43200),
        (PROFILE, "roleArns", ["r"], [ROLE_ARN]),
        (PROFILE, "name", "a/b", "a b"),
        (_ANCHOR, "source", {"sourceType": "SELF", "sourceData": {}}, None),
        (_ANCHOR, "source", {"sourceType": "AWS_ACM_PCA", "sourceData": {}}, None),
        (SECRET, "name", "a b", "a/b_+=.@-"),
        (SECRET, "name", "s" * 513, "s" * 512),
        (SECRET, "recoveryWindowInDays", 6, 7),
        (SECRET, "recoveryWindowInDays", 31, 0),
        (ROTATION, "rotationRules", {"automaticallyAfterDays": 0}, {"automaticallyAfterDays": 1}),
        (ROTATION, "rotationRules", {"automaticallyAfterDays": 1001}, {"automaticallyAfterDays": 1000}),
        (ROTATION, "rotationRules", {}, {"scheduleExpression": "rate(10 days)"}),
        (ROTATION, "rotationRules", {"scheduleExpression": "daily"}, {"scheduleExpression": "cron(0 8 1 * ? *)"}),
        (VERSION, "secretBinary", "eA==", None),
        (VERSION, "secretString", "x" * 65537, "x" * 65536),
        (WORKLOAD, "name", "ab", "abc"),
        (WORKLOAD, "name", "a" * 256, "a" * 255),
        (WORKLOAD, "name", "a/b", "a.b_c-d"),
        (_RUNTIME, "agentRuntimeName", "a-b", "a_b"),
        (_RUNTIME, "networkConfiguration", {"networkMode": "PRIVATE"}, None),
        (_RUNTIME, "networkConfiguration", {"networkMode": "VPC"}, None),
        (_RUNTIME, "agentRuntimeArtifact", {}, None),
        (_GATEWAY, "authorizerType", "CUSTOM_JWT", "NONE"),
        (_GATEWAY, "name", "g--g", "g-g"),
        (BUCKET, "bucket", "Papers", "papers"),
        (BUCKET, "bucket", "10.0.0.1", "10.0.0.1a"),
        (BUCKET, "bucket", "a..b", "a.b"),
        (BUCKET, "policy", READ, None),
        (_QUEUE, "name", "q.fifo", "q"),
        (_KMS, "deletionWindowInDays", 6, 7),
    ],
)
def test_a_limit_has_a_good_and_a_bad_side(cloud: AwsCloud, type: str, property: str, bad: Any, good: Any) -> None:
    assert (
        cloud.check(
            type, "x", {**GOOD[type], property: good if good is not None else GOOD[type].get(property)}
        ).failures
        == ()
    )
    failures = cloud.check(type, "x", {**GOOD[type], property: bad}).failures
    # A rule over two properties speaks of the one that is missing or too many.
    spoken = {"authorizerType": "authorizerConfiguration", "secretBinary": "secretString"}.get(property, property)
    assert {f.property.partition(".")[0].partition("[")[0] for f in failures} == {spoken}


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ({"aws:x": "v"}, "reserved"),
        ({"k" * 129: "v"}, "1 to 128"),
        ({"k": "v" * 257}, "at most 256"),
        ({"k!": "v"}, "letters, digits"),
        ({"k": "v;"}, "letters, digits"),
        ({"Team": "a", "team": "b"}, "for the same"),
    ],
)
def test_a_wrong_tag_is_refused(cloud: AwsCloud, tags: dict, says: str) -> None:
    (failure,) = cloud.check(ROLE, "x", {**GOOD[ROLE], "tags": tags}).failures
    assert failure.property.startswith("tags.")
    assert says in failure.reason


def test_only_iam_takes_tag_keys_of_two_cases_for_the_same(cloud: AwsCloud) -> None:
    assert cloud.check(SECRET, "x", {**GOOD[SECRET], "tags": {"Team": "a", "team": "b"}}).failures == ()


def test_a_wrong_type_and_a_wrong_limit_are_both_told(cloud: AwsCloud) -> None:
    failures = cloud.check(ROLE, "x", {**GOOD[ROLE], "pth": "/", "name": "r" * 65}).failures
    assert {f.property for f in failures} == {"pth", "name"}


def test_defaults_and_names_are_filled_in(cloud: AwsCloud) -> None:
    inputs = cloud.check(ROLE, "my-role", {"assumeRolePolicy": TRUST}).inputs
    assert {k: inputs[k] for k in ("path", "maxSessionDuration", "forceDetachPolicies")} == {
        "path": "/",
        "maxSessionDuration": 3600,
        "forceDetachPolicies": False,
    }
    assert inputs["name"].startswith("my-role-")
    assert inputs == cloud.check(ROLE, "my-role", {"assumeRolePolicy": TRUST}).inputs


def test_a_document_given_as_an_object_becomes_text(cloud: AwsCloud) -> None:
    inputs = cloud.check(ROLE, "x", {**GOOD[ROLE], "assumeRolePolicy": json.loads(TRUST)}).inputs
    assert json.loads(inputs["assumeRolePolicy"]) == json.loads(TRUST)
    half = json.loads(TRUST)
    half["Statement"][0]["Action"] = UNKNOWN
    assert cloud.check(ROLE, "x", {**GOOD[ROLE], "assumeRolePolicy": half}).inputs["assumeRolePolicy"] is UNKNOWN


def test_a_secret_value_is_in_no_failure(cloud: AwsCloud) -> None:
    failures = cloud.check(VERSION, "x", {"secretId": "s", "secretString": "hunter2" * 10_000}).failures
    assert len(failures) == 1
    assert "hunter2" not in repr(failures)


# --- the table --------------------------------------------------------------------------------------------------


def test_the_whole_of_iam_is_served() -> None:
    import pulumi_aws
    from pulumi.runtime import rpc

    assert pulumi_aws is not None
    registered = {
        token
        for modules in rpc._RESOURCE_MODULES.values()
        for module in modules
        for token in getattr(module, "mod_info", {"classes": {}})["classes"]
    }
    assert {token for token in registered if token.startswith("aws:iam/")} <= set(TYPES)


# --- diff -------------------------------------------------------------------------------------------------------


def test_a_document_written_another_way_is_no_change(cloud: AwsCloud) -> None:
    old = _checked(cloud, POLICY)
    other = {"Statement": {"Resource": ["*"], "Action": ["s3:GetObject"], "Effect": "Allow"}, "Version": "2012-10-17"}
    assert cloud.diff(POLICY, old, {**old, "policy": json.dumps(other, indent=4)}).changes == ()
    other["Statement"]["Effect"] = "Deny"  # type: ignore[index]
    assert cloud.diff(POLICY, old, {**old, "policy": json.dumps(other)}).changes == ("policy",)


def test_a_set_in_another_order_is_no_change(cloud: AwsCloud) -> None:
    one, two = (f"arn:aws:iam::{ACCOUNT}:policy/{n}" for n in "ab")
    old, new = (_checked(cloud, ONLY_ATTACHED, policyArns=arns) for arns in ([one, two], [two, one]))
    assert cloud.diff(ONLY_ATTACHED, old, new).changes == ()


def test_a_changed_path_replaces_and_deletes_first_because_the_name_is_the_same(cloud: AwsCloud) -> None:
    old = _checked(cloud, ROLE)
    found = cloud.diff(ROLE, old, {**old, "path": "/other/"})
    assert (found.changes, found.replaces, found.delete_before_replace) == (("path",), ("path",), True)


def test_a_changed_name_replaces_without_deleting_first(cloud: AwsCloud) -> None:
    old = _checked(cloud, ROLE)
    found = cloud.diff(ROLE, old, {**old, "name": "other"})
    assert (found.replaces, found.delete_before_replace) == (("name",), False)


def test_tags_and_session_length_change_in_place(cloud: AwsCloud) -> None:
    old = _checked(cloud, ROLE)
    found = cloud.diff(ROLE, old, {**old, "tags": {}, "maxSessionDuration": 7200})
    assert (found.changes, found.replaces) == (("maxSessionDuration", "tags"), ())


# --- outputs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "unknown", "known"),
    [
        (ROLE, {"arn", "uniqueId", "createDate", "managedPolicyArns", "inlinePolicies"}, {"name", "path", "tagsAll"}),
        (POLICY, {"arn", "policyId"}, {"name", "policy"}),
        (BUCKET, {"arn"}, {"bucket", "region"}),
        (KEY, {"secret", "createDate"}, {"user", "status"}),
    ],
)
def test_a_preview_knows_inputs_and_not_what_aws_decides(
    cloud: AwsCloud, type: str, unknown: set[str], known: set[str]
) -> None:
    created = cloud.create(type, _urn(type), _checked(cloud, type), None)
    assert created.id is None
    assert {name for name in unknown if created.outputs[name] is not UNKNOWN} == set()
    assert {name for name in known if created.outputs[name] is UNKNOWN} == set()


def test_ids_are_those_of_the_real_provider(cloud: AwsCloud, world: World) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/agents/p"
    assert _make(cloud, world, ROLE) == "r"
    assert _make(cloud, world, POLICY) == arn
    assert _make(cloud, world, ATTACHMENT) == f"r/{arn}"
    assert _make(cloud, world, INLINE) == "r:i"
    assert _make(cloud, world, NO_INLINE, policyNames=["i"]) == "r"
    assert _make(cloud, world, WORKLOAD) == "nhi-r"
    assert _make(cloud, world, BUCKET) == "papers-bucket"


def test_a_secret_is_a_marked_constant_and_listed(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, USER)
    created = cloud.create(KEY, _urn(KEY), _checked(cloud, KEY), world)
    assert created.outputs["secret"] == FAKE_SECRET
    assert "secret" in created.secret_outputs
    assert not created.id.startswith(("AKIA", "ASIA"))  # type: ignore[union-attr]
    assert "secretString" in cloud.create(VERSION, _urn(VERSION), _checked(cloud, VERSION), None).secret_outputs


def test_an_update_keeps_what_aws_assigned(cloud: AwsCloud, world: World) -> None:
    old = _checked(cloud, ROLE)
    created = cloud.create(ROLE, _urn(ROLE), old, world)
    new = {**old, "maxSessionDuration": 7200}
    preview = cloud.update(ROLE, "r", _urn(ROLE), old, new, None)
    outputs = cloud.update(ROLE, "r", _urn(ROLE), old, new, world)
    assert preview == outputs
    assert outputs["maxSessionDuration"] == 7200
    assert {n: outputs[n] for n in ("arn", "uniqueId")} == {n: created.outputs[n] for n in ("arn", "uniqueId")}


# --- conflicts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "code"),
    [
        (ROLE, "EntityAlreadyExists"),
        (POLICY, "EntityAlreadyExists"),
        (USER, "EntityAlreadyExists"),
        (SECRET, "ResourceExistsException"),
        (ASSOCIATION, "ResourceInUseException"),
        (WORKLOAD, "ConflictException"),
        (BUCKET, "BucketAlreadyOwnedByYou"),
    ],
)
def test_a_name_is_taken_once(cloud: AwsCloud, world: World, type: str, code: str) -> None:
    _make(cloud, world, type)
    with pytest.raises(CloudError) as caught:
        _make(cloud, world, type, name="another")
    assert caught.value.code == code
    assert len(world.things()) == 1


def test_iam_takes_names_of_two_cases_for_the_same(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE, name="one")
    with pytest.raises(CloudError, match="EntityAlreadyExists"):
        _make(cloud, world, ROLE, name="R", path="/other/")
    inputs = {**_checked(cloud, ROLE), "name": "R"}
    with pytest.raises(CloudError, match="EntityAlreadyExists"):
        cloud.create(ROLE, _urn(ROLE, "two"), inputs, world)


@pytest.mark.parametrize("type", [ROLE, SECRET, PROFILE, ASSOCIATION])
def test_adopting_takes_over_what_this_urn_made_from_these_inputs(cloud: AwsCloud, world: World, type: str) -> None:
    first = _make(cloud, world, type)
    assert _make(cloud, world, type, adopt=True) == first
    assert len(world.things()) == 1


def test_adopting_needs_the_same_urn_and_the_same_inputs(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE, name="one")
    with pytest.raises(CloudError, match="EntityAlreadyExists"):
        _make(cloud, world, ROLE, name="two", adopt=True)
    with pytest.raises(CloudError, match="EntityAlreadyExists"):
        _make(cloud, world, ROLE, name="one", adopt=True, maxSessionDuration=7200)


def test_an_object_without_a_name_of_its_own_is_made_a_second_time_unless_adopted(
    cloud: AwsCloud, world: World
) -> None:
    assert _make(cloud, world, PROFILE) != _make(cloud, world, PROFILE)
    assert len(world.things()) == 2


@pytest.mark.parametrize("type", [ATTACHMENT, INLINE, NO_INLINE, ONLY_ATTACHED])
def test_nothing_is_put_on_a_role_that_is_missing(cloud: AwsCloud, world: World, type: str) -> None:
    _make(cloud, world, POLICY)
    with pytest.raises(CloudError, match="NoSuchEntity: the role with name r"):
        _make(cloud, world, type)


def test_a_policy_that_is_missing_is_not_attached(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE)
    with pytest.raises(CloudError, match="NoSuchEntity: policy"):
        _make(cloud, world, ATTACHMENT)
    _make(cloud, world, POLICY)
    with pytest.raises(CloudError, match="NoSuchEntity: policy"):
        _make(cloud, world, ATTACHMENT, policyArn=f"arn:aws:iam::{ACCOUNT}:policy/p")
    _make(cloud, world, ATTACHMENT)


def test_aws_s_own_policies_exist_and_a_boundary_is_taken_on_trust(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE, permissionsBoundary=f"arn:aws:iam::{ACCOUNT}:policy/boundary")
    _make(cloud, world, ATTACHMENT, policyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    with pytest.raises(CloudError, match="NoSuchEntity"):
        _make(cloud, world, ATTACHMENT, policyArn=f"arn:aws:iam::{ACCOUNT}:policy/boundary")


def test_a_role_has_ten_managed_policies_and_no_more(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE)
    for n in range(10):
        _make(cloud, world, ATTACHMENT, policyArn=f"arn:aws:iam::aws:policy/P{n}")
    _make(cloud, world, ATTACHMENT, policyArn="arn:aws:iam::aws:policy/P0")
    with pytest.raises(CloudError, match="LimitExceeded"):
        _make(cloud, world, ATTACHMENT, policyArn="arn:aws:iam::aws:policy/P10")


def test_inline_policies_of_a_role_share_one_limit(cloud: AwsCloud, world: World) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{'b' * 6000}"}
    long = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    _make(cloud, world, ROLE)
    _make(cloud, world, INLINE, policy=long)
    _make(cloud, world, INLINE, policy=long)
    inputs = {**_checked(cloud, INLINE, policy=long), "name": "second"}
    with pytest.raises(CloudError, match="LimitExceeded"):
        cloud.create(INLINE, _urn(INLINE), inputs, world)


def test_a_user_has_two_access_keys_and_no_more(cloud: AwsCloud, world: World) -> None:
    with pytest.raises(CloudError, match="NoSuchEntity: the user"):
        _make(cloud, world, KEY)
    _make(cloud, world, USER)
    _make(cloud, world, KEY)
    _make(cloud, world, KEY)
    with pytest.raises(CloudError, match="LimitExceeded"):
        _make(cloud, world, KEY)


def test_what_belongs_to_a_secret_needs_the_secret_and_goes_with_it(cloud: AwsCloud, world: World) -> None:
    with pytest.raises(CloudError, match="ResourceNotFoundException"):
        _make(cloud, world, ROTATION)
    id = _make(cloud, world, SECRET)
    for named in ("nhi/s", id, id.rpartition("-")[0]):
        _make(cloud, world, ROTATION, secretId=named)
    _make(cloud, world, VERSION, secretId=id)
    cloud.delete(SECRET, id, world)
    assert world.things() == {}


# --- delete -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type", [ATTACHMENT, INLINE])
def test_a_role_with_policies_is_not_deleted(cloud: AwsCloud, world: World, type: str) -> None:
    _make(cloud, world, ROLE)
    _make(cloud, world, POLICY)
    id = _make(cloud, world, type)
    with pytest.raises(CloudError, match="DeleteConflict"):
        cloud.delete(ROLE, "r", world)
    cloud.delete(type, id, world)
    cloud.delete(ROLE, "r", world)
    assert cloud.read(ROLE, "r", world) is None


def test_a_role_told_to_force_is_deleted_with_its_policies(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE, forceDetachPolicies=True)
    _make(cloud, world, POLICY)
    _make(cloud, world, ATTACHMENT)
    _make(cloud, world, INLINE)
    cloud.delete(ROLE, "r", world)
    assert {type for type, _ in world.things()} == {POLICY}


def test_a_role_in_an_instance_profile_is_not_deleted(cloud: AwsCloud, world: World) -> None:
    profile = "aws:iam/instanceProfile:InstanceProfile"
    _make(cloud, world, ROLE)
    cloud.create(profile, _urn(profile), cloud.check(profile, "x", {"name": "ip", "role": "r"}).inputs, world)
    with pytest.raises(CloudError, match="instance profile first"):
        cloud.delete(ROLE, "r", world)


def test_a_policy_in_use_is_not_deleted(cloud: AwsCloud, world: World) -> None:
    policy = _make(cloud, world, POLICY)
    _make(cloud, world, ROLE)
    attachment = _make(cloud, world, ATTACHMENT)
    with pytest.raises(CloudError, match="DeleteConflict"):
        cloud.delete(POLICY, policy, world)
    cloud.delete(ATTACHMENT, attachment, world)
    cloud.delete(POLICY, policy, world)


def test_a_policy_that_is_a_boundary_is_not_deleted(cloud: AwsCloud, world: World) -> None:
    policy = _make(cloud, world, POLICY)
    _make(cloud, world, ROLE, permissionsBoundary=policy)
    with pytest.raises(CloudError, match="DeleteConflict"):
        cloud.delete(POLICY, policy, world)


def test_a_user_with_a_key_is_not_deleted_unless_forced(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, USER)
    _make(cloud, world, KEY)
    with pytest.raises(CloudError, match="DeleteConflict"):
        cloud.delete(USER, "u", world)
    cloud.update(USER, "u", _urn(USER), _checked(cloud, USER), _checked(cloud, USER, forceDestroy=True), world)
    cloud.delete(USER, "u", world)
    assert world.things() == {}


# --- exclusive lists --------------------------------------------------------------------------------------------


def _foreign(world: World, type: str, id: str, inputs: dict[str, Any]) -> None:
    with world.change() as things:
        things[type, id] = Thing(type, id, "", inputs, inputs)


def test_an_exclusive_list_strips_foreign_attachments(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE)
    arn = _make(cloud, world, POLICY)
    kept = _make(cloud, world, ATTACHMENT)
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    _foreign(world, ATTACHMENT, f"r/{admin}", {"role": "r", "policyArn": admin})
    _foreign(world, ATTACHMENT, f"other/{admin}", {"role": "other", "policyArn": admin})
    _make(cloud, world, ONLY_ATTACHED, policyArns=[arn])
    assert {id for type, id in world.things() if type == ATTACHMENT} == {kept, f"other/{admin}"}


def test_an_exclusive_list_attaches_what_is_missing(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE)
    arn = _make(cloud, world, POLICY)
    _make(cloud, world, ONLY_ATTACHED, policyArns=[arn])
    assert (ATTACHMENT, f"r/{arn}") in world.things()


def test_an_updated_exclusive_list_strips_again(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE)
    arn = _make(cloud, world, POLICY)
    old = _checked(cloud, ONLY_ATTACHED, policyArns=[arn])
    cloud.create(ONLY_ATTACHED, _urn(ONLY_ATTACHED), old, world)
    cloud.update(ONLY_ATTACHED, "r", _urn(ONLY_ATTACHED), old, {**old, "policyArns": []}, world)
    assert not [id for type, id in world.things() if type == ATTACHMENT]


def test_an_exclusive_list_strips_inline_policies_in_both_forms(cloud: AwsCloud, world: World) -> None:
    _make(cloud, world, ROLE, inlinePolicies=[{"name": "own", "policy": READ}])
    _make(cloud, world, INLINE)
    _make(cloud, world, NO_INLINE)
    assert not [id for type, id in world.things() if type == INLINE]
    assert cloud.read(ROLE, "r", world)["inlinePolicies"] == []  # type: ignore[index]


def test_an_exclusive_list_strips_a_role_s_own_list_of_managed_policies(cloud: AwsCloud, world: World) -> None:
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    _make(cloud, world, ROLE, managedPolicyArns=[admin])
    _make(cloud, world, ONLY_ATTACHED)
    assert cloud.read(ROLE, "r", world)["managedPolicyArns"] == []  # type: ignore[index]


# --- functions --------------------------------------------------------------------------------------------------


def test_who_and_where(cloud: AwsCloud) -> None:
    assert cloud.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})["accountId"] == ACCOUNT
    assert cloud.invoke("aws:index/getPartition:getPartition", {})["partition"] == "aws"
    assert cloud.invoke("aws:index/getRegion:getRegion", {})["region"] == "eu-central-1"


def test_a_function_that_is_not_served_is_named(cloud: AwsCloud) -> None:
    with pytest.raises(CloudError, match="aws:ec2/getAmi:getAmi") as caught:
        cloud.invoke("aws:ec2/getAmi:getAmi", {})
    assert caught.value.code == "UnknownFunction"
    for token in FUNCTIONS:
        assert cloud.invoke(token, {})


def _document(cloud: AwsCloud, **args: Any) -> dict[str, Any]:
    return json.loads(cloud.invoke("aws:iam/getPolicyDocument:getPolicyDocument", args)["json"])


def test_a_policy_document_is_built_from_statements(cloud: AwsCloud) -> None:
    statement = {
        "sid": "Read",
        "actions": ["s3:GetObject"],
        "resources": ["arn:aws:s3:::b/&{aws:username}/*"],
        "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
        "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [ACCOUNT]}],
    }
    assert _document(cloud, statements=[statement]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::b/${aws:username}/*",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            }
        ],
    }


def test_a_policy_document_takes_sources_and_overrides_by_sid(cloud: AwsCloud) -> None:
    source = {"Statement": [{"Sid": "A", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    override = {"Statement": {"Sid": "A", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
    found = _document(cloud, sourcePolicyDocuments=[json.dumps(source)], overridePolicyDocuments=[json.dumps(override)])
    assert [row["Effect"] for row in found["Statement"]] == ["Deny"]
    with pytest.raises(CloudError, match="Sid A stands in more than one"):
        _document(cloud, sourcePolicyDocuments=[json.dumps(source), json.dumps(source)])
    with pytest.raises(CloudError, match=r"sourcePolicyDocuments\[0\] is not a policy document"):
        _document(cloud, sourcePolicyDocuments=["{"])


def test_the_built_document_passes_its_own_grammar(cloud: AwsCloud) -> None:
    text = cloud.invoke(
        "aws:iam/getPolicyDocument:getPolicyDocument",
        {"statements": [{"actions": ["s3:GetObject", "s3:PutObject"], "resources": ["*"]}]},
    )["minifiedJson"]
    assert cloud.check(POLICY, "x", {"policy": text}).failures == ()
