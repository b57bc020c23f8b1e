"""The Google Cloud stand-in: limits, replacement, what exists, who wipes whose grants, what it answers."""

from __future__ import annotations

import inspect
import json
import re
import sys
from typing import Any

import pytest
from nhi.contract import UNKNOWN
from nhi.permissions.cel import parsed
from nhi.platforms.gcp.grants import PLACES
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.gcp import GcpCloud, conditions
from nhi.sandbox.clouds.gcp.project import POLICY
from nhi.sandbox.clouds.gcp.types import TYPES, find
from nhi.sandbox.clouds.model import CloudError
from nhi.sandbox.clouds.schema import TypeNotServed
from nhi.sandbox.clouds.table import FAKE_SECRET
from nhi.sandbox.clouds.world import World

from clouds.gcp_objects import (
    ACCOUNT,
    ACT_AS,
    API_KEY,
    ATTACHED,
    AUDIT,
    BINDING,
    BOUND,
    BOUNDARY,
    BUCKET_MEMBER,
    CONSTRAINT,
    DENY,
    ENGINE,
    ENTITLEMENT,
    FOLDER_AUDIT,
    GOOD,
    INSTANCE_MEMBER,
    KEY,
    MAIL,
    MANAGED,
    MEMBER,
    NAMESPACE,
    ORG_AUDIT,
    OTHER,
    PAB,
    PIPELINE_MEMBER,
    POOL,
    PROJECT,
    PROVIDER,
    RESOURCE,
    ROLE,
    SECRET,
    SECRET_MEMBER,
    SERVICE,
    SETTINGS,
    TABLE_BINDING,
    TAG,
    UNTIL,
    VERSION,
    VIEW_MEMBER,
    WHO,
    WHOLE,
)
from clouds.gcp_objects import rule as _rule
from clouds.objects import create, inputs
from clouds.objects import urn as _urn


@pytest.fixture
def cloud() -> GcpCloud:
    return GcpCloud()


def _checked(cloud: GcpCloud, type: str, **change: Any) -> dict[str, Any]:
    return inputs(cloud, GOOD, type, **change)


def _make(cloud: GcpCloud, world: World, type: str, **more: Any) -> str:
    return str(create(cloud, world, GOOD, type, **more).id)


def _failures(cloud: GcpCloud, type: str, **change: Any) -> dict[str, str]:
    return {f.property: f.reason for f in cloud.check(type, "x", {**GOOD[type], **change}).failures}


# --- check ------------------------------------------------------------------------------------------------------


_LATER = {"rotationPeriod": "3600s", "nextRotationTime": "2027-01-01T00:00:00Z"}
_TOPICS = [{"name": f"projects/{PROJECT}/topics/rotate"}]


@pytest.mark.parametrize(
    ("type", "property", "bad", "good"),
    [
        (ACCOUNT, "accountId", "short", "sixsix"),
        (ACCOUNT, "accountId", "a" * 31, "a" * 30),
        (ACCOUNT, "accountId", "1agent", "agent-1"),
        (ACCOUNT, "accountId", "agent-", "agent-x"),
        (ACCOUNT, "accountId", "Research", "research"),
        (ACCOUNT, "description", "é" * 129, "é" * 128),
        (ACCOUNT, "displayName", "d" * 101, "d" * 100),
        (ACCOUNT, "project", "Acme", "acme-agents"),
        (ACCOUNT, "deletionPolicy", "KEEP", "ABANDON"),
        (KEY, "keyAlgorithm", "RSA", "KEY_ALG_RSA_2048"),
        (ROLE, "roleId", "nhi-research", "nhi_research"),
        (ROLE, "roleId", "ab", "abc"),
        (ROLE, "roleId", "a" * 65, "a" * 64),
        (ROLE, "title", "t" * 101, "t" * 100),
        (ROLE, "description", "d" * 301, "d" * 300),
        (ROLE, "permissions", [], ["a.b.c"]),
        (ROLE, "permissions", ["storage.objects.*"], ["storage.objects.get"]),
        (ROLE, "permissions", ["storage.googleapis.com/objects.get"], ["pubsub.topics.publish"]),
        (ROLE, "permissions", [f"a.b.{'c' * 60}{n}" for n in range(1100)], ["a.b.c"]),
        (ROLE, "stage", "BROKEN", "DISABLED"),
        (MEMBER, "role", "storage.objectViewer", "roles/storage.objectViewer"),
        (MEMBER, "role", "projects/other-project/roles/abc", f"projects/{PROJECT}/roles/abc"),
        (MEMBER, "role", "organizations/acme/roles/abc", "organizations/1/roles/abc"),
        (MEMBER, "member", MAIL, WHO),
        (MEMBER, "member", f"deleted:{WHO}?uid=1", "group:g@example.com"),
        (MEMBER, "member", "serviceAccount:research", "domain:example.com"),
        (MEMBER, "member", "principal://goog/subject/a@example.com", "user:a@example.com"),
        (BINDING, "members", ["someone"], ["group:g@example.com"]),
        (AUDIT, "auditLogConfigs", [{"logType": "READ"}], [{"logType": "ADMIN_READ"}]),
        (
            AUDIT,
            "auditLogConfigs",
            [{"logType": "DATA_READ"}] * 2,
            [{"logType": "DATA_READ"}, {"logType": "DATA_WRITE"}],
        ),
        (AUDIT, "service", "storage", "storage.googleapis.com"),
        (ORG_AUDIT, "orgId", "acme", "organizations/1"),
        (FOLDER_AUDIT, "folder", "agents", "1"),
        (FOLDER_AUDIT, "auditLogConfigs", [{"logType": "READ"}], [{"logType": "DATA_WRITE"}]),
        (SERVICE, "service", "iam", "aiplatform.googleapis.com"),
        (SETTINGS, "location", "europe-west3", "global"),
        (SETTINGS, "parent", "acme", "organizations/1"),
        (VIEW_MEMBER, "name", "a.b", "agents-only"),
        (VIEW_MEMBER, "bucket", "-logs", "agent.logs"),
        (VIEW_MEMBER, "parent", "acme", "folders/1"),
        (PIPELINE_MEMBER, "name", "Release", "release-1"),
        (PIPELINE_MEMBER, "member", MAIL, OTHER),
        (INSTANCE_MEMBER, "role", "compute.osLogin", "roles/compute.viewer"),
        (INSTANCE_MEMBER, "condition", {"title": "t", "expression": "request.time <"}, UNTIL),
        (TABLE_BINDING, "members", ["someone"], [WHO]),
        (API_KEY, "name", "Key", "key-1"),
        (POOL, "workloadIdentityPoolId", "abc", "abcd"),
        (POOL, "workloadIdentityPoolId", "a" * 33, "a" * 32),
        (POOL, "workloadIdentityPoolId", "gcp-agents", "agents-gcp-"),
        (POOL, "displayName", "d" * 33, "d" * 32),
        (POOL, "description", "d" * 257, "d" * 256),
        (POOL, "mode", "FEDERATION", "TRUST_DOMAIN"),
        (POOL, "inlineCertificateIssuanceConfig", {"useDefaultSharedCa": True}, None),
        (POOL, "attestationRules", [{"googleCloudResource": "x"}] * 51, [{"googleCloudResource": "x"}] * 50),
        (PROVIDER, "workloadIdentityPoolProviderId", "abc", "abcd"),
        (PROVIDER, "workloadIdentityPoolProviderId", "gcp-x1", "x-gcp"),
        (PROVIDER, "oidc", {"issuerUri": "http://token.example.com"}, {"issuerUri": "https://token.example.com/x"}),
        (PROVIDER, "oidc", {"issuerUri": "https://t.example.com", "jwksJson": "{}"}, None),
        (PROVIDER, "oidc", {"issuerUri": "https://t.example.com", "allowedAudiences": ["a"] * 11}, None),
        (PROVIDER, "attributeMapping", {"attribute.a": "assertion.a"}, {"google.subject": "assertion.sub"}),
        (PROVIDER, "attributeMapping", {"google.subject": "assertion."}, {"google.subject": "'gh:' + assertion.sub"}),
        (PROVIDER, "attributeMapping", {"google.subject": "request.sub"}, None),
        (PROVIDER, "attributeMapping", {"google.subject": "assertion.a", "attribute.A": "assertion.a"}, None),
        (
            PROVIDER,
            "attributeMapping",
            {"google.subject": "assertion.a", f"attribute.{'a' * 101}": "assertion.a"},
            {"google.subject": "assertion.a", f"attribute.{'a' * 100}": "assertion.a"},
        ),
        (
            PROVIDER,
            "attributeMapping",
            {"google.subject": "assertion.a", **{f"attribute.a{n}": "assertion.a" for n in range(51)}},
            {"google.subject": "assertion.a", **{f"attribute.a{n}": "assertion.a" for n in range(50)}},
        ),
        (PROVIDER, "attributeMapping", {"google.subject": f"'{'a' * 2047}'"}, {"google.subject": f"'{'a' * 2046}'"}),
        (PROVIDER, "attributeCondition", "assertion.sub ==", "google.subject == 'x'"),
        (PROVIDER, "attributeCondition", "'x'", "attribute.repo == 'x'"),
        (PROVIDER, "attributeCondition", f"assertion.a == '{'a' * 4090}'", f"assertion.a == '{'a' * 4000}'"),
        (NAMESPACE, "workloadIdentityPoolNamespaceId", "-ns", "n-s"),
        (MANAGED, "workloadIdentityPoolManagedIdentityId", "gcp-x", "x1"),
        (DENY, "parent", f"cloudresourcemanager.googleapis.com/projects/{PROJECT}", ATTACHED),
        (DENY, "parent", "cloudresourcemanager.googleapis.com%2Ffolders%2Fx", None),
        (DENY, "name", "Nhi", "nhi"),
        (DENY, "rules", [], None),
        (DENY, "rules", [_rule()] * 501, [_rule()] * 500),
        (DENY, "rules", [_rule(deniedPrincipals=[WHO])], [_rule(deniedPrincipals=["principalSet://goog/public:all"])]),
        (DENY, "rules", [_rule(deniedPrincipals=[])], None),
        (DENY, "rules", [_rule(deniedPermissions=["storage.buckets.delete"])], None),
        (DENY, "rules", [_rule(deniedPermissions=["storage.example.com/buckets.delete"])], None),
        (
            DENY,
            "rules",
            [_rule(exceptionPermissions=["iam.googleapis.com/roles"])],
            [_rule(exceptionPermissions=["iam.googleapis.com/roles.*"])],
        ),
        (DENY, "rules", [_rule(deniedPermissions=["*"])], [_rule(deniedPermissions=["storage.googleapis.com/*.*"])]),
        (DENY, "rules", [_rule(denialCondition=UNTIL)], None),
        (
            DENY,
            "rules",
            [_rule(denialCondition={"expression": "resource.name == 'x'"})],
            [_rule(denialCondition={"expression": "!resource.matchTag('1/env', 'prod')"})],
        ),
        (BOUNDARY, "principalAccessBoundaryPolicyId", "ab", "abc"),
        (BOUNDARY, "details", {"rules": [{"effect": "DENY", "resources": [RESOURCE]}]}, None),
        (BOUNDARY, "details", {"rules": [{"effect": "ALLOW", "resources": ["*"]}]}, None),
        (BOUNDARY, "details", {"rules": [{"effect": "ALLOW", "resources": [RESOURCE]}] * 501}, None),
        (BOUNDARY, "details", {"rules": [{"effect": "ALLOW", "resources": []}]}, None),
        (
            BOUNDARY,
            "details",
            {"rules": [{"effect": "ALLOW", "resources": [RESOURCE] * 251}] * 2},
            {"rules": [{"effect": "ALLOW", "resources": [RESOURCE] * 250}] * 2},
        ),
        (BOUND, "target", {}, None),
        (BOUND, "target", {"principalSet": "*"}, None),
        (BOUND, "policy", "agents", PAB),
        (BOUND, "condition", {"expression": "request.time < x"}, {"expression": "principal.type == 'x'"}),
        (
            BOUND,
            "condition",
            {"expression": " || ".join(["principal.type == 'x'"] * 12)},
            {"expression": " || ".join(["principal.type == 'x'"] * 11)},
        ),
        (SECRET, "secretId", "a/b", "a_b-C"),
        (SECRET, "secretId", "s" * 256, "s" * 255),
        (SECRET, "replication", {}, {"userManaged": {"replicas": [{"location": "europe-west3"}]}}),
        (SECRET, "replication", {"auto": {}, "userManaged": {"replicas": [{"location": "x"}]}}, None),
        (SECRET, "rotation", _LATER, None),
        (SECRET, "ttl", "1h", "3600s"),
        (SECRET, "expireTime", "tomorrow", "2027-01-01T00:00:00Z"),
        (SECRET, "topics", [{"name": "rotate"}], _TOPICS),
        (SECRET, "versionAliases", {"latest": "1"}, {"prod": "1"}),
        (SECRET, "versionDestroyTtl", "10s", "86400s"),
        (SECRET, "labels", {"Team": "a"}, {"team": "a"}),
        (SECRET, "labels", {"team": "A b"}, {"team": "ä-1"}),
        (SECRET, "labels", {"k" * 64: "v"}, {"k" * 63: "v"}),
        (SECRET, "labels", {f"k{n}": "v" for n in range(65)}, {f"k{n}": "v" for n in range(64)}),
        (VERSION, "secretData", "x" * 65537, "x" * 65536),
        (VERSION, "secretDataWo", "x", None),
        (ENTITLEMENT, "entitlementId", "abc", "abcd"),
        (ENTITLEMENT, "maxRequestDuration", "2h", "1800s"),
        (ENTITLEMENT, "maxRequestDuration", "604801s", "604800s"),
        (ENTITLEMENT, "eligibleUsers", [{"principals": [MAIL]}], [{"principals": [OTHER]}]),
        (ENTITLEMENT, "requesterJustificationConfig", {}, {"notMandatory": {}}),
        (CONSTRAINT, "name", "iam.disableServiceAccountKeyCreation", None),
        (CONSTRAINT, "spec", {"rules": [{"enforce": "TRUE", "allowAll": "TRUE"}]}, None),
        (ENGINE, "spec", {"identityType": "AGENT_IDENTITY", "serviceAccount": MAIL}, {"serviceAccount": MAIL}),
        (ENGINE, "spec", {"identityType": "AGENT"}, {"identityType": "SERVICE_ACCOUNT"}),
        (TAG, "tagValue", "prod", "acme/env/prod"),
        (BUCKET_MEMBER, "bucket", "Papers", "b/papers"),
        (BUCKET_MEMBER, "role", "roles/viewer", "roles/storage.objectViewer"),
    ],
)
def test_a_limit_has_a_good_and_a_bad_side(cloud: GcpCloud, type: str, property: str, bad: Any, good: Any) -> None:
    accepted = {**GOOD[type], property: good if good is not None else GOOD[type].get(property)}
    assert cloud.check(type, "x", accepted).failures == ()
    spoken = {"secretDataWo": "secretData"}.get(property, property)
    found = cloud.check(type, "x", {**GOOD[type], property: bad}).failures
    assert {re.split(r"[.\[]", failure.property)[0] for failure in found} == {spoken}


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ({"title": "t" * 101, "expression": "request.time < x.y"}, "bytes"),
        ({"title": "", "expression": "resource.name == 'x'"}, "must not be empty"),
        ({"title": "t", "expression": "request.time <"}, "is not CEL"),
        ({"title": "t", "expression": ""}, "empty"),
        ({"title": "t", "expression": "foo.bar == 1"}, "begins with foo"),
        ({"title": "t", "expression": " && ".join(["resource.name == 'x'"] * 14)}, "13 logical operators"),
        ({"title": "t", "expression": 'request.time < timestamp("2027-01-01")'}, "RFC 3339"),
        ({"title": "t", "expression": 'request.time < timestamp("2027-13-01T00:00:00Z")'}, "RFC 3339"),
        ({"title": "t", "expression": "1"}, "constant"),
    ],
)
def test_a_wrong_condition_is_refused(cloud: GcpCloud, condition: dict[str, Any], says: str) -> None:
    found = _failures(cloud, MEMBER, condition=condition)
    assert any(says in reason for reason in found.values())
    assert all(path.startswith("condition.") for path in found)


@pytest.mark.parametrize(
    "expression",
    [
        'request.time < timestamp("2027-01-01T00:00:00Z") && resource.name.startsWith("projects/_/buckets/papers")',
        " || ".join(["resource.name == 'x'"] * 13),
        "resource.type == 'a' ? true : !(resource.name == 'b')",
        "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer'])",
        "resource.matchTag('1/env', 'prod')",
        "['a', 'b'].exists(item, resource.name == item)",
    ],
)
def test_a_right_condition_passes(cloud: GcpCloud, expression: str) -> None:
    assert _failures(cloud, MEMBER, condition={"title": "t", "expression": expression}) == {}


def test_each_kind_of_logical_operator_counts() -> None:
    for sign in ("&&", "||"):
        assert conditions.problem(f" {sign} ".join(["resource.name == 'x'"] * 14), conditions.ALLOW)
    assert conditions.problem("!" * 13 + "(resource.name == 'x')", conditions.ALLOW)
    assert conditions.problem("!" * 12 + "(resource.name == 'x')", conditions.ALLOW) is None


def test_a_missing_parser_is_told_and_not_taken_for_a_pass(cloud: GcpCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed.cache_clear()
    monkeypatch.setitem(sys.modules, "celpy", None)
    with pytest.raises(CloudError, match=r"MissingDependency.*pulumi-nhi\[gcp\]"):
        cloud.check(MEMBER, "x", GOOD[MEMBER])
    assert cloud.check(ACCOUNT, "x", GOOD[ACCOUNT]).failures == ()


@pytest.mark.parametrize("role", ["roles/owner", "roles/editor", "roles/viewer"])
def test_a_condition_beside_a_basic_role_is_refused(cloud: GcpCloud, role: str) -> None:
    assert "basic role" in _failures(cloud, MEMBER, role=role)["condition"]
    assert _failures(cloud, MEMBER, role=role, condition=None) == {}


@pytest.mark.parametrize("member", ["allUsers", "allAuthenticatedUsers"])
def test_a_condition_beside_everyone_is_refused(cloud: GcpCloud, member: str) -> None:
    assert "allUsers" in _failures(cloud, MEMBER, member=member)["condition"]
    assert _failures(cloud, MEMBER, member=member, condition=None) == {}


@pytest.mark.parametrize(
    "member",
    [
        "allUsers",
        "user:a@example.com",
        "group:a@example.com",
        "domain:example.com",
        WHO,
        "serviceAccount:123-compute@developer.gserviceaccount.com",
        f"serviceAccount:{PROJECT}.svc.id.goog[ns/sa]",
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/ns/a/sa/b",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/attribute.repo/acme/x",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*",
        "principalSet://iam.googleapis.com/locations/global/workforcePools/p/group/g",
        "principal://agents.global.org-1.system.id.goog/resources/aiplatform/projects/1/locations/l/reasoningEngines/2",
    ],
)
def test_every_form_of_principal_passes(cloud: GcpCloud, member: str) -> None:
    assert _failures(cloud, MEMBER, member=member, condition=None) == {}


@pytest.mark.parametrize(
    "type",
    [
        "gcp:compute/instanceIAMBinding:InstanceIAMBinding",
        "gcp:compute/instanceIAMPolicy:InstanceIAMPolicy",
        "gcp:bigquery/iamMember:IamMember",
        "gcp:cloudrun/iamMember:IamMember",
        "gcp:tags/tagKeyIamMember:TagKeyIamMember",
    ],
)
def test_a_grant_on_any_kind_of_resource_is_served(type: str) -> None:
    served, accepted = find(type), set(schema.properties(type))
    assert served is not None
    assert served.grants == {"r": "member", "g": "binding", "y": "policy"}[type[-1]]
    assert served.replaces | served.updates == accepted
    assert served.updates == accepted & {"members", "policyData"}


@pytest.mark.parametrize("type", [type for type, _ in PLACES])
def test_every_member_that_the_documents_write_has_the_provider_s_own_id(type: str) -> None:
    assert type in TYPES


@pytest.mark.parametrize("type", ["gcp:compute/instanceIAMUser:InstanceIAMUser", "gcp:iam/noIamMember:NoIamMember"])
def test_what_only_looks_like_a_grant_is_not_served(cloud: GcpCloud, type: str) -> None:
    with pytest.raises(TypeNotServed, match=type):
        cloud.check(type, "x", {})


def test_a_project_s_custom_role_cannot_be_granted_above_it(cloud: GcpCloud) -> None:
    grant = {"orgId": "1", "role": f"projects/{PROJECT}/roles/abc", "member": OTHER}
    (failure,) = cloud.check("gcp:organizations/iAMMember:IAMMember", "x", grant).failures
    assert failure.property == "role"


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[]",
        '{"rules": []}',
        '{"bindings": [{"role": "viewer", "members": []}]}',
        '{"bindings": [{"role": "roles/viewer", "members": ["someone"]}]}',
        '{"bindings": [{"role": "roles/viewer", "members": [], "condition": {"title": "t", "expression": "a.b"}}]}',
    ],
)
def test_a_wrong_policy_document_is_refused(cloud: GcpCloud, data: str) -> None:
    found = _failures(cloud, WHOLE, policyData=data)
    assert found
    assert all(path.startswith("policyData") for path in found)


def test_rotation_needs_topics_a_period_and_a_time(cloud: GcpCloud) -> None:
    assert _failures(cloud, SECRET, rotation=_LATER, topics=_TOPICS) == {}
    for rotation, path in (
        ({**_LATER, "rotationPeriod": "3599s"}, "rotation.rotationPeriod"),
        ({"rotationPeriod": "3600s"}, "rotation.rotationPeriod"),
        ({"nextRotationTime": "2027-01-01T00:00:00Z"}, "rotation.nextRotationTime"),
    ):
        assert set(_failures(cloud, SECRET, rotation=rotation, topics=_TOPICS)) == {path}


def test_a_secret_ends_in_one_way_only(cloud: GcpCloud) -> None:
    assert set(_failures(cloud, SECRET, ttl="3600s", expireTime="2027-01-01T00:00:00Z")) == {"ttl"}


def test_an_entitlement_gives_no_basic_role(cloud: GcpCloud) -> None:
    access = GOOD[ENTITLEMENT]["privilegedAccess"]["gcpIamAccess"]
    for row in ({"role": "roles/owner"}, {"role": "roles/x.y", "conditionExpression": "a ="}):
        found = _failures(cloud, ENTITLEMENT, privilegedAccess={"gcpIamAccess": {**access, "roleBindings": [row]}})
        assert len(found) == 1


def test_a_wrong_type_and_a_wrong_limit_are_both_told(cloud: GcpCloud) -> None:
    assert set(_failures(cloud, ACCOUNT, displyName="x", accountId="no")) == {"displyName", "accountId"}


def test_a_secret_value_is_in_no_failure(cloud: GcpCloud) -> None:
    failures = cloud.check(VERSION, "x", {**GOOD[VERSION], "secretData": "hunter2" * 10_000}).failures
    assert len(failures) == 1
    assert "hunter2" not in repr(failures)


def test_names_are_filled_in_as_the_provider_does(cloud: GcpCloud) -> None:
    checked = cloud.check(ACCOUNT, "a-very-long-name-of-an-agent-indeed", {})
    assert len(checked.inputs["accountId"]) == 30
    assert checked.failures == ()
    # The provider joins with a dash, which no custom role's id may hold.
    assert {f.property for f in cloud.check(ROLE, "x", {"title": "t", "permissions": ["a.b.c"]}).failures} == {"roleId"}


# --- the table --------------------------------------------------------------------------------------------------


def _words(type: str) -> dict[str, str]:
    """What the SDK's own text says about each property, by wire name."""
    text = inspect.getdoc(schema._arguments(type).__init__) or ""
    python = {property.python_name: wire for wire, property in schema.properties(type).items()}
    parts = re.findall(r":param [^\n]*?(\w+): (.*?)(?=\n:param |\Z)", text, re.DOTALL)
    return {python[name]: said for name, said in parts if name in python}


_FORCES = re.compile(
    r"\bImmutable\b|cannot be changed\s+after|forces a new|trigger a new key|\(only used on create\)", re.IGNORECASE
)


def test_the_sdk_says_what_forces_a_replacement_and_the_table_says_the_same() -> None:
    said = {(type, name) for type in TYPES for name, text in _words(type).items() if _FORCES.search(text)}
    # The SDK says of a pool's mode that a preview shows an update, which then fails.
    exceptions = {(POOL, "mode")}
    assert exceptions <= said
    assert len(said) >= 15
    assert [f"{type} {name}" for type, name in said - exceptions if name not in TYPES[type].replaces] == []


def test_the_sdk_says_which_properties_update_in_place_and_the_table_says_the_same() -> None:
    said = {
        (type, name)
        for type in TYPES
        for name, text in _words(type).items()
        if re.search(r"Can be updated without creating|Changing this updates|Modifiable by user", text)
    }
    assert len(said) >= 5
    assert [f"{type} {name}" for type, name in said if name not in TYPES[type].updates] == []


def test_every_kind_of_grant_comes_in_three() -> None:
    kinds: dict[str, set[str | None]] = {}
    for type, served in TYPES.items():
        if served.grants is not None:
            kinds.setdefault(re.sub(r"(Member|Binding|Policy)\b", "", type), set()).add(served.grants)
    assert len(kinds) >= 14
    assert set(map(frozenset, kinds.values())) == {frozenset({"member", "binding", "policy"})}


# --- diff -------------------------------------------------------------------------------------------------------


def test_members_without_order_and_case_are_no_change(cloud: GcpCloud) -> None:
    old = _checked(cloud, BINDING, members=[OTHER, WHO])
    assert cloud.diff(BINDING, old, {**old, "members": [WHO, "user:Someone@Example.com"]}).changes == ()
    pool = "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/"
    old = _checked(cloud, MEMBER, member=f"{pool}a")
    assert cloud.diff(MEMBER, old, {**old, "member": f"{pool}A"}).replaces == ("member",)


def test_a_policy_written_another_way_is_no_change(cloud: GcpCloud) -> None:
    rows = [{"role": "roles/a.b", "members": [WHO, OTHER]}, {"role": "roles/c.d", "members": [OTHER]}]
    old = _checked(cloud, WHOLE, policyData=json.dumps({"bindings": rows}))
    other = [rows[1], {"role": "roles/a.b", "members": [OTHER]}, {"role": "roles/a.b", "members": [WHO]}]
    assert cloud.diff(WHOLE, old, {**old, "policyData": json.dumps({"bindings": other}, indent=2)}).changes == ()
    found = cloud.diff(WHOLE, old, {**old, "policyData": json.dumps({"bindings": other[:1]})})
    assert (found.changes, found.replaces) == (("policyData",), ())


def test_a_changed_condition_replaces_a_member_and_the_old_one_goes_first(cloud: GcpCloud) -> None:
    old = _checked(cloud, MEMBER)
    found = cloud.diff(MEMBER, old, {**old, "condition": {**UNTIL, "title": "other"}})
    assert (found.changes, found.replaces, found.delete_before_replace) == (("condition",), ("condition",), True)


def test_only_some_grants_are_deleted_before_they_are_replaced(cloud: GcpCloud) -> None:
    old = _checked(cloud, BUCKET_MEMBER)
    assert cloud.diff(BUCKET_MEMBER, old, {**old, "role": "roles/storage.admin"}).delete_before_replace is False


def test_a_secret_is_deleted_first_and_so_is_whatever_keeps_its_id(cloud: GcpCloud) -> None:
    old = _checked(cloud, SECRET)
    changed = {**old, "replication": {"userManaged": {"replicas": [{"location": "europe-west3"}]}}}
    assert cloud.diff(SECRET, old, changed).delete_before_replace is True
    old = _checked(cloud, BOUND)
    assert cloud.diff(BOUND, old, {**old, "policy": PAB + "2"}).delete_before_replace is True
    assert cloud.diff(BOUND, old, {**old, "policyBindingId": "other"}).delete_before_replace is False


def test_a_description_changes_in_place_and_an_account_id_does_not(cloud: GcpCloud) -> None:
    old = _checked(cloud, ACCOUNT)
    assert cloud.diff(ACCOUNT, old, {**old, "description": "d", "disabled": True}).replaces == ()
    assert cloud.diff(ACCOUNT, old, {**old, "accountId": "another"}).replaces == ("accountId",)
    assert cloud.diff(ACCOUNT, old, {**old, "project": UNKNOWN}).replaces == ("project",)


# --- outputs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "unknown", "known"),
    [
        (ACCOUNT, {"email", "member", "name", "uniqueId"}, {"accountId", "project", "disabled"}),
        (PROVIDER, {"name", "state"}, {"oidc", "attributeCondition", "project"}),
        (MEMBER, {"etag"}, {"role", "member"}),
        (ENGINE, {"name", "region"}, {"displayName", "project"}),
        (KEY, {"privateKey", "name"}, {"serviceAccountId"}),
    ],
)
def test_a_preview_knows_inputs_and_not_what_the_cloud_decides(
    cloud: GcpCloud, type: str, unknown: set[str], known: set[str]
) -> None:
    created = cloud.create(type, _urn(type), _checked(cloud, type), None)
    assert created.id is None
    assert {name for name in unknown if created.outputs[name] is not UNKNOWN} == set()
    assert {name for name in known if created.outputs[name] is UNKNOWN} == set()


def test_ids_are_those_of_the_real_provider(cloud: GcpCloud, world: World) -> None:
    home = f"projects/{PROJECT}"
    assert _make(cloud, world, ACCOUNT) == f"{home}/serviceAccounts/{MAIL}"
    assert _make(cloud, world, ROLE) == f"{home}/roles/nhi.research_1"
    words = f"{UNTIL['title']}//{UNTIL['expression']}"
    assert _make(cloud, world, MEMBER) == f"{PROJECT}/roles/storage.objectViewer/{WHO}/{words}"
    assert _make(cloud, world, BINDING) == f"{PROJECT}/roles/storage.objectViewer/{words}"
    assert _make(cloud, world, WHOLE) == PROJECT
    assert _make(cloud, world, BUCKET_MEMBER) == f"b/papers/roles/storage.objectViewer/{WHO}"
    assert _make(cloud, world, PROVIDER) == (f"{home}/locations/global/workloadIdentityPools/agents/providers/research")
    assert _make(cloud, world, DENY) == f"{ATTACHED}/nhi-research"
    assert _make(cloud, world, BOUNDARY) == PAB
    assert _make(cloud, world, SECRET) == f"{home}/secrets/nhi-research"
    assert _make(cloud, world, ENTITLEMENT) == f"{home}/locations/global/entitlements/research"


def test_an_account_says_its_address(cloud: GcpCloud, world: World) -> None:
    outputs = cloud.create(ACCOUNT, _urn(ACCOUNT), _checked(cloud, ACCOUNT), world).outputs
    assert (outputs["email"], outputs["member"]) == (MAIL, WHO)
    bare = cloud.check(ACCOUNT, "x", {"accountId": "research"}).inputs
    assert cloud.create(ACCOUNT, _urn(ACCOUNT, "y"), bare, world).outputs["project"] == "nhi-sandbox"


def test_a_pool_is_named_by_its_project_s_number(cloud: GcpCloud, world: World) -> None:
    inputs = cloud.check(POOL, "x", {"workloadIdentityPoolId": "agents"}).inputs
    outputs = cloud.create(POOL, _urn(POOL), inputs, world).outputs
    assert outputs["name"] == "projects/123456789012/locations/global/workloadIdentityPools/agents"
    assert (outputs["mode"], outputs["state"]) == ("FEDERATION_ONLY", "ACTIVE")


def test_a_preview_does_not_know_an_agent_identity_s_principal(cloud: GcpCloud) -> None:
    created = cloud.create(ENGINE, _urn(ENGINE), _checked(cloud, ENGINE), None)
    assert created.outputs["spec"] == {"identityType": "AGENT_IDENTITY", "effectiveIdentity": UNKNOWN}
    other = cloud.create(ENGINE, _urn(ENGINE), _checked(cloud, ENGINE, spec={"serviceAccount": MAIL}), None)
    assert other.outputs["spec"] == {"serviceAccount": MAIL}


def test_an_agent_identity_has_its_principal(cloud: GcpCloud, world: World) -> None:
    outputs = cloud.create(ENGINE, _urn(ENGINE), _checked(cloud, ENGINE), world).outputs
    principal = outputs["spec"]["effectiveIdentity"]
    assert principal.startswith("agents.global.org-100000000001.system.id.goog/resources/aiplatform/projects/")
    assert _failures(cloud, MEMBER, member=f"principal://{principal}") == {}


def test_a_secret_is_a_marked_constant_and_listed(cloud: GcpCloud, world: World) -> None:
    _make(cloud, world, ACCOUNT)
    for type, name in ((KEY, "privateKey"), (API_KEY, "keyString")):
        created = cloud.create(type, _urn(type), _checked(cloud, type), world)
        assert created.outputs[name] == FAKE_SECRET
        assert name in created.secret_outputs
    assert "secretData" in cloud.create(VERSION, _urn(VERSION), _checked(cloud, VERSION), None).secret_outputs


def test_a_new_account_is_never_disabled(cloud: GcpCloud, world: World) -> None:
    inputs = _checked(cloud, ACCOUNT, disabled=True)
    created = cloud.create(ACCOUNT, _urn(ACCOUNT), inputs, world)
    assert created.outputs["disabled"] is False
    outputs = cloud.update(ACCOUNT, str(created.id), _urn(ACCOUNT), inputs, inputs, world)
    assert outputs["disabled"] is True
    assert cloud.read(ACCOUNT, str(created.id), world) == outputs


def test_an_update_keeps_what_the_cloud_assigned(cloud: GcpCloud, world: World) -> None:
    old = _checked(cloud, ENGINE)
    created = cloud.create(ENGINE, _urn(ENGINE), old, world)
    new = {**old, "description": "d"}
    preview = cloud.update(ENGINE, str(created.id), _urn(ENGINE), old, new, None)
    outputs = cloud.update(ENGINE, str(created.id), _urn(ENGINE), old, new, world)
    assert preview == outputs
    assert (outputs["description"], outputs["name"]) == ("d", created.outputs["name"])


def test_a_pool_s_mode_looks_changeable_and_is_not(cloud: GcpCloud, world: World) -> None:
    old = _checked(cloud, POOL)
    id = _make(cloud, world, POOL)
    new = {**old, "mode": "TRUST_DOMAIN"}
    assert cloud.diff(POOL, old, new).replaces == ()
    with pytest.raises(CloudError, match="immutable field mode"):
        cloud.update(POOL, id, _urn(POOL), old, new, world)


# --- conflicts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "type",
    [ACCOUNT, ROLE, POOL, PROVIDER, NAMESPACE, MANAGED, DENY, BOUNDARY, BOUND, SECRET, ENTITLEMENT, API_KEY, TAG],
)
def test_an_id_is_taken_once(cloud: GcpCloud, world: World, type: str) -> None:
    _make(cloud, world, type)
    with pytest.raises(CloudError) as caught:
        _make(cloud, world, type, name="another")
    assert caught.value.code == "ALREADY_EXISTS"
    assert len(world.things()) == 1


def test_an_account_that_ignores_an_older_one_takes_it_over(cloud: GcpCloud, world: World) -> None:
    one = cloud.create(ACCOUNT, _urn(ACCOUNT), _checked(cloud, ACCOUNT), world)
    inputs = _checked(cloud, ACCOUNT, createIgnoreAlreadyExists=True, description="mine")
    two = cloud.create(ACCOUNT, _urn(ACCOUNT, "another"), inputs, world)
    assert (two.id, two.outputs) == (one.id, one.outputs)


@pytest.mark.parametrize(
    ("type", "change"),
    [
        (MEMBER, {}),
        (BINDING, {"members": [OTHER, WHO]}),
        (WHOLE, {"policyData": json.dumps({"bindings": [{"role": "roles/a.b", "members": [WHO]}]})}),
        (SECRET_MEMBER, {}),
        (ACT_AS, {}),
        (KEY, {}),
        (MEMBER, {"member": OTHER, "role": f"projects/{PROJECT}/roles/nhi.research_1"}),
    ],
)
def test_a_grant_needs_the_account_and_the_role_of_its_project(
    cloud: GcpCloud, world: World, type: str, change: dict[str, Any]
) -> None:
    with pytest.raises(CloudError, match=r"INVALID_ARGUMENT.*does not exist"):
        _make(cloud, world, type, **change)
    assert world.things() == {}
    _make(cloud, world, ACCOUNT)
    _make(cloud, world, ROLE)
    assert _make(cloud, world, type, **change)


@pytest.mark.parametrize(
    "member",
    [
        "serviceAccount:builder@another-project.iam.gserviceaccount.com",
        "serviceAccount:service-1@gcp-sa-aiplatform.iam.gserviceaccount.com",
        "serviceAccount:1-compute@developer.gserviceaccount.com",
        f"serviceAccount:{PROJECT}.svc.id.goog[ns/sa]",
    ],
)
def test_an_account_of_somebody_else_is_taken_on_trust(cloud: GcpCloud, world: World, member: str) -> None:
    assert _make(cloud, world, MEMBER, member=member)


def test_an_account_is_looked_for_wherever_this_world_has_something(cloud: GcpCloud, world: World) -> None:
    assert _make(cloud, world, BUCKET_MEMBER)
    _make(cloud, world, SECRET)
    with pytest.raises(CloudError, match="does not exist"):
        _make(cloud, world, BUCKET_MEMBER, bucket="more-papers")


@pytest.mark.parametrize("type", [POOL, PROVIDER, NAMESPACE, MANAGED])
def test_a_deleted_id_of_federation_cannot_be_used_again(cloud: GcpCloud, world: World, type: str) -> None:
    id = _make(cloud, world, type)
    cloud.delete(type, id, world)
    assert cloud.read(type, id, world) is None
    with pytest.raises(CloudError, match=r"ALREADY_EXISTS.*30 days"):
        _make(cloud, world, type)


def test_a_deleted_custom_role_comes_back(cloud: GcpCloud, world: World) -> None:
    # The provider looks for a soft-deleted role of this id and undeletes it.
    id = _make(cloud, world, ROLE)
    cloud.delete(ROLE, id, world)
    assert _make(cloud, world, ROLE) == id


def test_with_a_pool_goes_what_is_in_it(cloud: GcpCloud, world: World) -> None:
    pool, provider = _make(cloud, world, POOL), _make(cloud, world, PROVIDER)
    cloud.delete(POOL, pool, world)
    assert cloud.read(PROVIDER, provider, world) is None
    with pytest.raises(CloudError, match=r"FAILED_PRECONDITION.*was deleted"):
        _make(cloud, world, PROVIDER, workloadIdentityPoolProviderId="another")


def test_a_provider_stands_in_a_federating_pool_and_a_namespace_in_a_trust_domain(
    cloud: GcpCloud, world: World
) -> None:
    _make(cloud, world, POOL)
    with pytest.raises(CloudError, match="FAILED_PRECONDITION"):
        _make(cloud, world, NAMESPACE)
    _make(cloud, world, POOL, workloadIdentityPoolId="domain", mode="TRUST_DOMAIN")
    with pytest.raises(CloudError, match="FAILED_PRECONDITION"):
        _make(cloud, world, PROVIDER, workloadIdentityPoolId="domain")
    assert _make(cloud, world, NAMESPACE, workloadIdentityPoolId="domain")
    assert _make(cloud, world, MANAGED, workloadIdentityPoolId="domain")


def test_an_account_has_ten_keys(cloud: GcpCloud, world: World) -> None:
    _make(cloud, world, ACCOUNT)
    keys = {_make(cloud, world, KEY, name=f"key{n}") for n in range(10)}
    assert len(keys) == 10
    with pytest.raises(CloudError, match="RESOURCE_EXHAUSTED"):
        _make(cloud, world, KEY, name="eleventh")


def test_with_an_account_go_its_keys_and_its_policy(cloud: GcpCloud, world: World) -> None:
    account = _make(cloud, world, ACCOUNT)
    key, act_as = _make(cloud, world, KEY), _make(cloud, world, ACT_AS)
    cloud.delete(ACCOUNT, account, world)
    assert cloud.read(KEY, key, world) is None
    assert cloud.read(ACT_AS, act_as, world) is None


def test_a_version_needs_its_secret_and_goes_with_it(cloud: GcpCloud, world: World) -> None:
    with pytest.raises(CloudError, match="NOT_FOUND"):
        _make(cloud, world, VERSION)
    secret = _make(cloud, world, SECRET)
    one, two = _make(cloud, world, VERSION), _make(cloud, world, VERSION)
    assert one != two
    cloud.delete(SECRET, secret, world)
    assert world.things() == {}


def test_a_project_has_three_hundred_custom_roles_and_so_has_an_organization(cloud: GcpCloud, world: World) -> None:
    above = "gcp:organizations/iAMCustomRole:IAMCustomRole"
    for n in range(300):
        _make(cloud, world, ROLE, name=f"r{n}", roleId=f"role{n}")
    with pytest.raises(CloudError, match=r"RESOURCE_EXHAUSTED: projects/acme-agents has 300 custom roles"):
        _make(cloud, world, ROLE, name="more", roleId="more")
    assert _make(cloud, world, ROLE, name="more", roleId="more", project="acme-other")
    inputs = {"orgId": "1", "roleId": "abc", "title": "t", "permissions": ["a.b.c"]}
    assert cloud.create(above, _urn(above), cloud.check(above, "x", inputs).inputs, world).id


def test_ten_boundaries_are_bound_to_one_set_of_principals(cloud: GcpCloud, world: World) -> None:
    for n in range(10):
        _make(cloud, world, BOUND, name=f"b{n}", policyBindingId=f"b{n}-x", policy=f"{PAB}-{n}")
    with pytest.raises(CloudError, match="10 boundaries bound already"):
        _make(cloud, world, BOUND, name="more", policyBindingId="more")
    other = {"principalSet": "//cloudresourcemanager.googleapis.com/projects/other"}
    assert _make(cloud, world, BOUND, name="more", policyBindingId="more", target=other)


def test_what_is_settled_once_is_taken_over(cloud: GcpCloud, world: World) -> None:
    for type in (SETTINGS, SERVICE, AUDIT, ORG_AUDIT):
        assert _make(cloud, world, type, name="one") == _make(cloud, world, type, name="two")


def test_a_boundary_in_use_is_not_deleted(cloud: GcpCloud, world: World) -> None:
    boundary, bound = _make(cloud, world, BOUNDARY), _make(cloud, world, BOUND)
    with pytest.raises(CloudError, match="FAILED_PRECONDITION"):
        cloud.delete(BOUNDARY, boundary, world)
    cloud.delete(BOUND, bound, world)
    cloud.delete(BOUNDARY, boundary, world)
    assert world.things() == {}


def test_principals_count_over_all_deny_policies_of_a_resource(cloud: GcpCloud, world: World) -> None:
    many = [f"principal://goog/subject/u{n}@example.com" for n in range(1300)]
    groups = [f"principalSet://goog/group/g{n}@example.com" for n in range(501)]
    _make(cloud, world, DENY, rules=[_rule(deniedPrincipals=many)])
    for more, says in ((many, "2601 principals"), (groups, "501 groups")):
        second = {**_checked(cloud, DENY, rules=[_rule(exceptionPrincipals=more)]), "name": "two"}
        with pytest.raises(CloudError, match=f"RESOURCE_EXHAUSTED.*{says}"):
            cloud.create(DENY, _urn(DENY, "two"), second, world)
    assert len(world.things()) == 1


def test_deny_rules_count_over_all_policies_of_a_resource(cloud: GcpCloud, world: World) -> None:
    id = _make(cloud, world, DENY, rules=[_rule()] * 400)
    with pytest.raises(CloudError, match=r"RESOURCE_EXHAUSTED.*501 rules"):
        cloud.create(DENY, _urn(DENY, "y"), {**_checked(cloud, DENY), "name": "two", "rules": [_rule()] * 101}, world)
    old = _checked(cloud, DENY)
    assert cloud.update(DENY, id, _urn(DENY), old, old | {"rules": [_rule()] * 500}, world)


def test_what_is_protected_stays(cloud: GcpCloud, world: World) -> None:
    account = _make(cloud, world, ACCOUNT, deletionPolicy="PREVENT")
    secret = _make(cloud, world, SECRET, deletionProtection=True)
    for type, id in ((ACCOUNT, account), (SECRET, secret)):
        with pytest.raises(CloudError, match="FAILED_PRECONDITION"):
            cloud.delete(type, id, world)


def test_what_is_abandoned_stays_in_the_cloud(cloud: GcpCloud, world: World) -> None:
    account = _make(cloud, world, ACCOUNT, deletionPolicy="ABANDON")
    cloud.delete(ACCOUNT, account, world)
    assert cloud.read(ACCOUNT, account, world) is not None
    with pytest.raises(CloudError, match="ALREADY_EXISTS"):
        _make(cloud, world, ACCOUNT, name="another")


# --- grants -----------------------------------------------------------------------------------------------------


def _bindings(world: World) -> list[Any]:
    thing = world.things().get((POLICY, PROJECT))
    return [] if thing is None else [(row["role"], row["members"]) for row in thing.outputs["bindings"]]


@pytest.fixture
def peopled(cloud: GcpCloud, world: World) -> World:
    _make(cloud, world, ACCOUNT)
    return world


def test_two_members_stand_beside_each_other(cloud: GcpCloud, peopled: World) -> None:
    one = _make(cloud, peopled, MEMBER)
    two = _make(cloud, peopled, MEMBER, member=OTHER)
    assert _bindings(peopled) == [("roles/storage.objectViewer", [WHO, OTHER])]
    cloud.delete(MEMBER, one, peopled)
    assert cloud.read(MEMBER, one, peopled) is None
    assert cloud.read(MEMBER, two, peopled) is not None
    cloud.delete(MEMBER, two, peopled)
    assert _bindings(peopled) == []


def test_a_member_granted_twice_is_granted_once(cloud: GcpCloud, peopled: World) -> None:
    assert _make(cloud, peopled, MEMBER, name="one") == _make(cloud, peopled, MEMBER, name="two")
    assert _bindings(peopled) == [("roles/storage.objectViewer", [WHO])]


def test_a_binding_wipes_other_members_of_its_role_and_condition(cloud: GcpCloud, peopled: World) -> None:
    wiped = _make(cloud, peopled, MEMBER)
    same_role = _make(cloud, peopled, MEMBER, condition=None)
    other_role = _make(cloud, peopled, MEMBER, role="roles/a.b")
    binding = _make(cloud, peopled, BINDING)
    assert cloud.read(MEMBER, wiped, peopled) is None
    assert cloud.read(MEMBER, same_role, peopled) is not None
    assert cloud.read(MEMBER, other_role, peopled) is not None
    cloud.delete(BINDING, binding, peopled)
    assert ("roles/storage.objectViewer", [OTHER]) not in _bindings(peopled)


def test_a_binding_shows_a_member_that_came_later_and_takes_it_out_again(cloud: GcpCloud, peopled: World) -> None:
    old = _checked(cloud, BINDING)
    binding = _make(cloud, peopled, BINDING)
    member = _make(cloud, peopled, MEMBER)
    assert cloud.read(BINDING, binding, peopled)["members"] == [WHO, OTHER]  # type: ignore[index]
    cloud.update(BINDING, binding, _urn(BINDING), old, old, peopled)
    assert cloud.read(MEMBER, member, peopled) is None
    cloud.delete(BINDING, binding, peopled)
    assert cloud.read(BINDING, binding, peopled) is None


def test_an_updated_binding_drops_whom_it_no_longer_names(cloud: GcpCloud, peopled: World) -> None:
    old = _checked(cloud, BINDING, members=[OTHER, WHO])
    binding = _make(cloud, peopled, BINDING, members=[OTHER, WHO])
    cloud.update(BINDING, binding, _urn(BINDING), old, {**old, "members": [WHO]}, peopled)
    assert _bindings(peopled) == [("roles/storage.objectViewer", [WHO])]


def test_a_whole_policy_wipes_everything_else(cloud: GcpCloud, peopled: World) -> None:
    member, binding = _make(cloud, peopled, MEMBER), _make(cloud, peopled, BINDING)
    whole = _make(cloud, peopled, WHOLE)
    assert cloud.read(MEMBER, member, peopled) is None
    assert cloud.read(BINDING, binding, peopled) is None
    assert _bindings(peopled) == [("roles/viewer", [OTHER])]
    _make(cloud, peopled, MEMBER, name="later")
    drifted = cloud.read(WHOLE, whole, peopled)
    assert "roles/storage.objectViewer" in drifted["policyData"]  # type: ignore[index]
    cloud.delete(WHOLE, whole, peopled)
    assert _bindings(peopled) == []


def test_a_grant_on_one_resource_does_not_touch_another(cloud: GcpCloud, peopled: World) -> None:
    kept = _make(cloud, peopled, BUCKET_MEMBER)
    _make(cloud, peopled, WHOLE)
    assert cloud.read(BUCKET_MEMBER, kept, peopled) is not None


@pytest.mark.parametrize("everyone", ["allUsers", "allAuthenticatedUsers"])
def test_a_project_is_not_granted_to_everyone_and_a_bucket_may_be(cloud: GcpCloud, world: World, everyone: str) -> None:
    # The provider sends it, and only the API refuses: a preview still shows it to the gate.
    with pytest.raises(CloudError, match=f"INVALID_ARGUMENT: a project's policy cannot have {everyone}"):
        _make(cloud, world, MEMBER, member=everyone, condition=None)
    assert _make(cloud, world, BUCKET_MEMBER, member=everyone)


def test_a_grant_to_a_deleted_account_is_no_grant_to_its_namesake(cloud: GcpCloud, peopled: World) -> None:
    ((_, account),) = peopled.things()
    member, binding = _make(cloud, peopled, MEMBER), _make(cloud, peopled, BINDING, role="roles/a.b", members=[WHO])
    cloud.delete(ACCOUNT, account, peopled)
    assert cloud.read(MEMBER, member, peopled) is None
    ((_, (gone,)), _) = _bindings(peopled)
    assert gone.startswith(f"deleted:{WHO}?uid=1")
    _make(cloud, peopled, ACCOUNT, name="again")
    assert cloud.read(MEMBER, member, peopled) is None
    shown = cloud.read(BINDING, binding, peopled)
    assert shown is not None
    assert shown["members"] == [gone]


def test_every_appearance_of_a_member_counts_and_groups_have_a_limit_of_their_own(
    cloud: GcpCloud, peopled: World
) -> None:
    users = [f"user:u{n}@example.com" for n in range(750)]
    _make(cloud, peopled, BINDING, role="roles/a.b", members=users)
    _make(cloud, peopled, BINDING, role="roles/c.d", members=users)
    with pytest.raises(CloudError, match="1501 members; the limit is 1500"):
        _make(cloud, peopled, MEMBER)
    groups = [f"group:g{n}@example.com" for n in range(250)]
    for role in ("roles/a.b", "roles/c.d"):
        inputs = {"bucket": "papers", "role": role, "members": groups}
        _make_binding(cloud, peopled, inputs)
    with pytest.raises(CloudError, match="251 groups and domains; the limit is 250"):
        _make_binding(cloud, peopled, {"bucket": "papers", "role": "roles/e.f", "members": ["domain:example.com"]})


def _make_binding(cloud: GcpCloud, world: World, inputs: dict[str, Any]) -> None:
    type = "gcp:storage/bucketIAMBinding:BucketIAMBinding"
    cloud.create(type, _urn(type, inputs["role"]), cloud.check(type, "x", inputs).inputs, world)


def test_one_role_is_bound_to_one_member_under_twenty_conditions(cloud: GcpCloud, peopled: World) -> None:
    other = "gcp:storage/bucketIAMBinding:BucketIAMBinding"
    for number in range(21):
        inputs = {**GOOD[BUCKET_MEMBER], "condition": {**UNTIL, "title": f"t{number}"}}
        inputs = {
            "bucket": inputs["bucket"],
            "role": inputs["role"],
            "members": [OTHER],
            "condition": inputs["condition"],
        }
        if number < 20:
            cloud.create(other, _urn(other, f"b{number}"), inputs, peopled)
        else:
            with pytest.raises(CloudError, match="more than 20 times"):
                cloud.create(other, _urn(other, "last"), inputs, peopled)


# --- functions --------------------------------------------------------------------------------------------------


def test_which_project_this_is(cloud: GcpCloud) -> None:
    assert cloud.invoke("gcp:organizations/getProject:getProject", {})["number"] == "123456789012"
    assert cloud.invoke("gcp:organizations/getProject:getProject", {"projectId": PROJECT})["projectId"] == PROJECT
    config = cloud.invoke("gcp:organizations/getClientConfig:getClientConfig", {})
    assert (config["project"], config["accessToken"]) == ("nhi-sandbox", FAKE_SECRET)


def test_a_built_policy_passes_its_own_grammar(cloud: GcpCloud) -> None:
    bindings = [{"role": "roles/viewer", "members": [WHO, OTHER]}]
    built = cloud.invoke("gcp:organizations/getIAMPolicy:getIAMPolicy", {"bindings": bindings})["policyData"]
    assert json.loads(built) == {"bindings": [{"role": "roles/viewer", "members": [WHO, OTHER]}]}
    assert _failures(cloud, WHOLE, policyData=built) == {}


def test_a_function_that_is_not_served_is_named(cloud: GcpCloud) -> None:
    with pytest.raises(CloudError, match="gcp:compute/getImage:getImage") as caught:
        cloud.invoke("gcp:compute/getImage:getImage", {})
    assert caught.value.code == "UnknownFunction"
