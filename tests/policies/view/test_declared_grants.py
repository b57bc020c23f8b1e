"""What the reviewed files mean for an agent, as the judge puts it into a permission set."""

from __future__ import annotations

from typing import Any

from nhi.permissions.algebra import canonical
from nhi.permissions.evaluate import permits
from nhi.permissions.model import PermissionSet
from nhi_policies.view.declared_grants import declared_set

from policies import kit
from policies.rules.permission import aws_declared as aws

_NOTE = "arn:aws:s3:::acme-notes/drafts/a"
_NOW = {"aws:currenttime": "2026-11-02T00:00:00Z"}


def _set(instance: str | None = None, **changes: Any) -> PermissionSet:
    declared = aws.agent(**changes)
    return declared_set(kit.context(declared), "support-agent", "aws", instance)


def _answer(permissions: PermissionSet, action: str, resource: str, **context: Any) -> str:
    return permits(permissions, action, resource, {**_NOW, **context}).outcome


def test_a_declared_word_is_allowed_until_the_lock_date() -> None:
    declared = _set()
    assert _answer(declared, "s3:GetObject", _NOTE) == "allowed"
    assert _answer(declared, "s3:GetObject", _NOTE, **{"aws:currenttime": kit.END}) == "denied"


def test_a_grant_that_ends_earlier_ends_the_set_earlier() -> None:
    declared = _set(data_access=[{"scope": "notes", "access": "read", "expires": "2026-12-24T00:00:00Z"}])
    assert _answer(declared, "s3:GetObject", _NOTE, **{"aws:currenttime": "2026-12-23T00:00:00Z"}) == "allowed"
    assert _answer(declared, "s3:GetObject", _NOTE, **{"aws:currenttime": "2026-12-24T00:00:00Z"}) == "denied"


def test_a_statement_names_its_grant_and_its_line() -> None:
    (policy,) = _set().policies
    files = {one.origin.file for one in policy.statements if one.origin}
    assert files == {"agents/support-agent.yaml"}
    assert all(one.label for one in policy.statements)


def test_a_denied_word_stands_in_the_set_as_a_deny() -> None:
    (policy,) = _set().policies
    assert [one.actions for one in policy.statements if one.effect == "deny"] == [("lambda:InvokeFunction",)]


def test_an_agent_that_is_not_active_may_do_nothing() -> None:
    for state in ("proposed", "suspended"):
        declared = _set(state=state)
        assert canonical(declared).policies == ()
        assert any(one.effect == "deny" for policy in declared.policies for one in policy.statements)


def test_an_agent_past_its_lock_date_may_do_nothing() -> None:
    assert canonical(_set(**{"credential.expires": "2026-10-01T00:00:00Z"})).policies == ()


def test_a_suspended_instance_may_do_nothing_while_its_sister_works() -> None:
    instances = {"berlin": "active", "paris": "suspended"}
    assert canonical(_set("paris", instances=instances)).policies == ()
    assert _answer(_set("berlin", instances=instances), "s3:GetObject", _NOTE) == "allowed"


def test_a_stored_credential_brings_the_instances_own_secret_and_no_other() -> None:
    declared = _set(
        "berlin",
        instances=["berlin", "paris"],
        **{"credential.type": "oauth2_client_credentials", "credential.rotation_days": 30},
    )
    arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme-support-agent--{}-credential-a1b2c3"
    assert _answer(declared, "secretsmanager:GetSecretValue", arn.format("berlin")) == "allowed"
    assert _answer(declared, "secretsmanager:GetSecretValue", arn.format("paris")) == "denied"


def test_nothing_is_declared_for_an_unknown_agent_or_a_foreign_platform() -> None:
    context = kit.context(aws.agent())
    assert declared_set(context, "nobody", "aws") == PermissionSet("aws", ())
    assert declared_set(context, "support-agent", "gcp") == PermissionSet("gcp", ())
