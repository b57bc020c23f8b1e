"""Whole runs: a real program and a real pack against a small cloud."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine_cloud import TestCloud
from engine_workspace import Workspace, events, messages, ops
from nhi.contract import UNKNOWN_STRING
from nhi.sandbox.clouds.model import CloudError
from nhi.sandbox.engine import Binding, EngineError, read_binding, write_binding

pytestmark = pytest.mark.engine

FLEET = """
team = Team("team", who="me")
thing = Made("Thing", "thing", options(parent=team), size=config.get_int("size") or 3, labels={"a": "b"})
unique = Made("Unique", "unique", options(parent=team), link=thing.arn)
key = Made("Key", "key", options(depends_on=[unique]), owner="me")
vault = Made("Vault", "vault", name="vault", content=key.token)
team.register_outputs({"arn": thing.arn})
pulumi.export("arn", thing.arn)
pulumi.export("token", key.token)
"""
THING = "urn:pulumi:dev::demo::demo:index:Team$tst:index:Thing::thing"


def test_preview_shows_every_step_and_keeps_nothing(workspace: Workspace) -> None:
    workspace.program(FLEET)
    result = workspace.run("preview", [workspace.pack()])
    assert result.exit_code == 0, messages(result)
    assert result.changes == {"create": 6}
    assert not workspace.state_dir.exists()
    assert workspace.things() == []
    assert result.outputs == {"arn": UNKNOWN_STRING, "token": "[secret]"}
    planned = {e["metadata"]["urn"]: e for e in events(result, "resourcePreEvent")}
    assert planned[THING]["planning"] is True
    assert planned[THING]["metadata"]["new"]["inputs"]["size"] == 3


def test_preview_lets_the_stack_rule_see_outputs_of_components_and_default_providers(workspace: Workspace) -> None:
    workspace.program(FLEET)
    result = workspace.run("preview", [workspace.pack()])
    (found,) = [e for e in events(result, "policyEvent") if e["policyName"] == "whole"]
    rows = json.loads(found["message"].split("stack: ", 1)[1])
    assert ["demo:index:Team", "team", ["arn"]] in rows
    assert ["pulumi:providers:tst", "default_1_0_0", ["version"]] in rows
    assert ["tst:index:Thing", "thing", ["arn", "labels", "name", "number", "size"]] in rows
    assert found["resourceUrn"] == "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"


def test_up_makes_everything_and_a_second_up_changes_nothing(workspace: Workspace) -> None:
    workspace.program(FLEET)
    first = workspace.run("up", [workspace.pack()])
    assert (first.exit_code, first.changes) == (0, {"create": 6}), messages(first)
    assert workspace.things() == [("Key", "me"), ("Thing", "thing"), ("Unique", "unique"), ("Vault", "vault")]
    before = (workspace.state_dir / "dev.json").read_text()
    calls = list(workspace.cloud.calls)
    second = workspace.run("up", [workspace.pack()])
    assert (second.exit_code, second.changes) == (0, {"same": 6}), messages(second)
    assert workspace.cloud.calls == calls
    assert workspace.state()["resources"] == json.loads(before)["deployment"]["resources"]


def test_state_is_a_deployment_in_which_everything_stands_behind_what_it_needs(workspace: Workspace) -> None:
    workspace.program(FLEET)
    workspace.run("up")
    content = json.loads((workspace.state_dir / "dev.json").read_text())
    assert content["version"] == 3
    assert "pending_operations" not in content["deployment"]
    seen: set[str] = set()
    for row in content["deployment"]["resources"]:
        needs = {*row.get("dependencies", []), row.get("parent"), row.get("provider", "").rpartition("::")[0]}
        assert needs - {None, ""} <= seen
        seen.add(row["urn"])
    thing = workspace.resources()["thing"]
    assert thing["id"] == "thing-1"
    assert thing["provider"].startswith("urn:pulumi:dev::demo::pulumi:providers:tst::default_1_0_0::")
    unique = workspace.resources()["unique"]
    assert unique["propertyDependencies"] == {"link": [THING]}
    assert unique["inputs"] == {"link": "arn:tst:thing:1", "name": "unique"}


def test_a_change_in_place_is_an_update(workspace: Workspace) -> None:
    workspace.program(FLEET)
    workspace.run("up")
    preview = workspace.run("preview", config={"size": "4"})
    assert ("update", "thing") in ops(preview)
    result = workspace.run("up", config={"size": "4"})
    assert result.changes == {"same": 5, "update": 1}
    assert workspace.resources()["thing"]["inputs"]["size"] == 4
    (update,) = [e for e in events(result, "resourcePreEvent") if e["metadata"]["op"] == "update"]
    assert update["metadata"]["diffs"] == ["size"]


def test_a_replacement_makes_the_new_object_before_it_deletes_the_old(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", name=config.get("name") or "one")')
    workspace.run("up")
    workspace.cloud.calls.clear()
    result = workspace.run("up", config={"name": "two"})
    assert result.changes == {"same": 1, "replace": 1}, messages(result)
    assert ops(result)[1:] == [("create-replacement", "a"), ("replace", "a"), ("delete-replaced", "a")]
    assert workspace.cloud.calls == [("create", "two"), ("delete", "thing-1")]
    assert workspace.things() == [("Thing", "two")]
    assert [r for r in workspace.state()["resources"] if r.get("delete")] == []


def test_an_object_whose_name_must_be_free_is_deleted_first_and_so_is_what_would_be_replaced_with_it(
    workspace: Workspace,
) -> None:
    workspace.program("""
        a = Made("Unique", "a", name="a", link=config.get("link") or "one")
        b = Made("Unique", "b", name="b", link=a.arn)
        c = Made("Thing", "c", link=b.arn)
    """)
    workspace.run("up")
    workspace.cloud.calls.clear()
    result = workspace.run("up", config={"link": "two"})
    assert result.exit_code == 0, messages(result)
    assert result.changes == {"same": 1, "replace": 2, "update": 1}
    verbs = [call for call in workspace.cloud.calls if call[0] != "update"]
    assert verbs == [("delete", "unique-2"), ("delete", "unique-1"), ("create", "a"), ("create", "b")]
    assert not [r for r in workspace.state()["resources"] if r.get("pendingReplacement")]


def test_delete_before_replace_option_reverses_the_order(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", options(delete_before_replace=True), name=config.get("name") or "one")')
    workspace.run("up")
    workspace.cloud.calls.clear()
    workspace.run("up", config={"name": "two"})
    assert workspace.cloud.calls == [("delete", "thing-1"), ("create", "two")]


def test_what_the_program_no_longer_registers_is_deleted_dependents_first(workspace: Workspace) -> None:
    workspace.program(FLEET)
    workspace.run("up")
    workspace.program('Made("Thing", "other")')
    result = workspace.run("up")
    deleted = [name for op, name in ops(result) if op == "delete"]
    assert deleted.index("vault") < deleted.index("key") < deleted.index("unique") < deleted.index("thing")
    assert deleted[-1] == "team"
    assert result.changes == {"same": 1, "create": 1, "delete": 5}
    assert workspace.things() == [("Thing", "other")]


def test_destroy_leaves_nothing(workspace: Workspace) -> None:
    workspace.program(FLEET)
    workspace.run("up")
    result = workspace.run("destroy")
    assert (result.exit_code, result.changes) == (0, {"delete": 6})
    assert workspace.things() == []
    assert "resources" not in workspace.state()


def test_a_mandatory_violation_fails_a_preview_that_still_shows_all_of_them(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", size=11, labels={})\nMade("Thing", "b", size=12, labels={})')
    result = workspace.run("preview", [workspace.pack()])
    assert result.exit_code == 1
    found = [e for e in events(result, "policyEvent") if e["enforcementLevel"] == "mandatory"]
    assert {e["resourceUrn"].split("::")[-1] for e in found} == {"a", "b"}
    assert found[0]["message"] == "size\ntoo big\n"
    assert found[0]["policyPackName"] == "tiny"
    assert found[0]["policyPackVersion"] == "0.1.0"
    assert result.changes == {"create": 3}
    assert events(result, "summaryEvent")[0]["result"] == "failed"


def test_a_mandatory_violation_stops_the_resource_in_up(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", size=11, labels={})')
    result = workspace.run("up", [workspace.pack()])
    assert result.exit_code == 1
    assert workspace.things() == []
    assert "a" not in workspace.resources()
    assert "violates a mandatory policy" in messages(result)
    assert "Traceback" not in messages(result) + messages(result, "info#err")


def test_an_advisory_violation_lets_the_update_pass(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", size=1)')
    result = workspace.run("up", [workspace.pack()])
    assert result.exit_code == 0
    assert ("labelled", "advisory") in {(e["policyName"], e["enforcementLevel"]) for e in events(result, "policyEvent")}


def test_policy_configuration_raises_a_level(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", size=1)')
    pack = workspace.pack()
    result = workspace.run("preview", [pack], pack_config={pack: {"labelled": "mandatory"}})
    assert result.exit_code == 1


def test_a_remediation_changes_what_is_made_and_is_judged_again(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", size=99, labels={})')
    pack = workspace.pack("""
        def shrink(args):
            if args.resource_type == "tst:index:Thing":
                args.props["size"] = 5
                return args.props
        POLICIES.append(ResourceValidationPolicy(
            "shrink", "shrinks", remediate=shrink, enforcement_level=EnforcementLevel.REMEDIATE))
    """)
    result = workspace.run("up", [pack])
    assert result.exit_code == 0, messages(result)
    assert workspace.resources()["a"]["inputs"]["size"] == 5
    (change,) = events(result, "policyRemediationEvent")
    assert (change["before"]["size"], change["after"]["size"]) == (99, 5)


def test_an_unknown_reaches_the_pack_as_an_unknown(workspace: Workspace) -> None:
    workspace.program('a = Made("Thing", "a")\nMade("Thing", "unknown-link", link=a.arn)')
    result = workspace.run("preview", [workspace.pack()])
    assert [e["message"] for e in events(result, "policyEvent") if e["policyName"] == "linked"] == [
        "link\nlink is unknown\n"
    ]


def test_a_rule_that_raises_fails_the_run(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a")')
    pack = workspace.pack("""
        def broken(args, report):
            raise KeyError("gone")
        POLICIES.append(ResourceValidationPolicy("broken", "raises", broken))
    """)
    result = workspace.run("preview", [pack])
    assert result.exit_code == 1
    assert "policy pack tiny failed" in messages(result)


def test_a_pack_that_does_not_start_fails_the_run_before_any_step(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a")')
    result = workspace.run("up", [workspace.pack('raise RuntimeError("no pack today")')])
    assert result.exit_code == 1
    assert "no pack today" in messages(result)
    assert workspace.things() == []


def test_secrets_are_nowhere_in_clear(workspace: Workspace) -> None:
    workspace.program("""
        secret = pulumi.Output.secret("s3cret-" + "pass")
        Made("Vault", "input", name="input", content=secret)
        Made("Thing", "nested", labels={"a": {"b": secret}})
        Made("Thing", "declared", options(additional_secret_outputs=["name"]), name="hidden-" + "name")
        key = Made("Key", "key", owner="me")
        Made("Vault", "passed", name="passed", content=pulumi.Output.concat("bearer ", key.token))
        Team("team", password=secret).register_outputs({"password": secret})
        pulumi.export("password", secret)
    """)
    pack = workspace.pack()
    for verb in ("preview", "up", "up", "preview", "destroy"):
        result = workspace.run(verb, [pack])
        assert result.exit_code == 0, messages(result)
        state = (workspace.state_dir / "dev.json").read_text() if workspace.state_dir.exists() else ""
        for text in (json.dumps(result.events), json.dumps(dict(result.outputs)), state):
            assert "s3cret-pass" not in text
            assert "token-" not in text
    assert result.changes == {"delete": 7}


def test_a_changed_secret_is_an_update_and_an_unchanged_one_is_not(workspace: Workspace) -> None:
    workspace.program('Made("Vault", "v", name="v", content=pulumi.Output.secret(config.get("word") or "one"))')
    workspace.run("up")
    assert workspace.run("up").changes == {"same": 2}
    assert workspace.run("up", config={"word": "two"}).changes == {"same": 1, "update": 1}


def test_component_types_stand_in_the_urns_of_their_children(workspace: Workspace) -> None:
    workspace.program("""
        outer = Team("outer")
        inner = Team("inner", options(parent=outer))
        Made("Thing", "leaf", options(parent=inner))
    """)
    result = workspace.run("preview")
    urns = {e["metadata"]["urn"] for e in events(result, "resourcePreEvent")}
    assert "urn:pulumi:dev::demo::demo:index:Team$demo:index:Team$tst:index:Thing::leaf" in urns


def test_a_failing_program_is_reported_with_its_own_error(workspace: Workspace) -> None:
    workspace.program(FLEET)
    workspace.run("up")
    workspace.program('Made("Thing", "a")\nraise ValueError("the program is wrong")')
    result = workspace.run("up")
    assert result.exit_code == 1
    assert "ValueError: the program is wrong" in messages(result)
    assert "child.py" not in messages(result)
    assert ("Vault", "vault") in workspace.things(), "a failed program must not look like one that wants nothing"


def test_a_program_that_does_not_parse_is_reported(workspace: Workspace) -> None:
    workspace.program("this is no python")
    result = workspace.run("preview")
    assert result.exit_code == 1
    assert "SyntaxError" in messages(result)


def test_check_failures_name_the_property(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", colour="red")')
    result = workspace.run("preview")
    assert result.exit_code == 1
    assert "property colour has a problem: tst:index:Thing has no property colour" in messages(result)


def test_a_failing_step_keeps_what_was_done_and_the_next_run_goes_on(workspace: Workspace) -> None:
    workspace.program('a = Made("Thing", "a")\nb = Made("Thing", "b", link=a.arn)\nMade("Thing", "c", link=b.arn)')
    workspace.cloud = TestCloud(
        lambda _verb, _type, inputs: CloudError("Throttling", "slow down") if inputs.get("name") == "b" else None
    )
    result = workspace.run("up")
    assert result.exit_code == 1
    assert "Throttling: slow down" in messages(result)
    assert [e["metadata"]["urn"].split("::")[-1] for e in events(result, "resOpFailedEvent")] == ["b"]
    assert workspace.things() == [("Thing", "a")]
    assert "pending_operations" not in workspace.state()
    workspace.cloud = TestCloud()
    assert workspace.run("up").changes == {"same": 2, "create": 2}


def test_a_creation_that_failed_half_done_is_taken_over_by_the_next_run(workspace: Workspace) -> None:
    workspace.program('Made("Unique", "a")')
    create = workspace.cloud.create

    def half_done(*args, **kwargs):
        create(*args, **kwargs)
        raise CloudError("Timeout", "nobody knows")

    workspace.cloud.create = half_done  # type: ignore[method-assign]
    assert workspace.run("up").exit_code == 1
    workspace.cloud = TestCloud()
    result = workspace.run("up")
    assert result.exit_code == 0, messages(result)
    assert workspace.things() == [("Unique", "a")]


def test_protect_refuses_deletion_in_preview_and_up(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", options(protect=True))\nMade("Thing", "b")')
    workspace.run("up")
    workspace.program("")
    for verb in ("preview", "up", "destroy"):
        result = workspace.run(verb)
        assert result.exit_code == 1
        assert "because it is protected" in messages(result)
    assert workspace.things() == [("Thing", "a"), ("Thing", "b")]


def test_protect_refuses_replacement(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", options(protect=True), name=config.get("name") or "one")')
    workspace.run("up")
    result = workspace.run("up", config={"name": "two"})
    assert result.exit_code == 1
    assert "unable to replace resource" in messages(result)
    assert workspace.things() == [("Thing", "one")]


def test_ignored_changes_stay_as_they_were(workspace: Workspace) -> None:
    workspace.program("""
        Made("Thing", "a", options(ignore_changes=["size", "labels.team"]),
             size=config.get_int("size") or 1, labels={"team": config.get("size") or "1", "tier": "x"})
    """)
    workspace.run("up")
    assert workspace.run("up", config={"size": "2"}).changes == {"same": 2}
    assert workspace.resources()["a"]["inputs"]["labels"] == {"team": "1", "tier": "x"}


def test_replace_on_changes_turns_an_update_into_a_replacement(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", options(replace_on_changes=["size"]), size=config.get_int("size") or 1)')
    workspace.run("up")
    assert workspace.run("up", config={"size": "2"}).changes == {"same": 1, "replace": 1}


def test_retained_objects_stay_in_the_cloud(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", options(retain_on_delete=True))')
    workspace.run("up")
    assert workspace.run("destroy").changes == {"delete": 2}
    assert workspace.things() == [("Thing", "a")]


def test_an_alias_keeps_a_renamed_resource_and_its_children(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "t-leaf", options(parent=Team("t")), name="leaf")')
    workspace.run("up")
    workspace.program("""
        team = Team("u", options(aliases=[pulumi.Alias(name="t")]))
        Made("Thing", "u-leaf", options(parent=team), name="leaf")
    """)
    result = workspace.run("up")
    assert result.changes == {"same": 3}, messages(result)
    assert workspace.things() == [("Thing", "leaf")]


def test_an_explicit_provider_is_kept_and_reaches_children_of_a_component(workspace: Workspace) -> None:
    workspace.program("""
        class Provider(pulumi.ProviderResource):
            def __init__(self, name, **props):
                super().__init__("tst", name, props, options(version="1.0.0"))
        provider = Provider("mine", region="there")
        team = Team("team", options(providers={"tst": provider}))
        Made("Thing", "a", options(parent=team))
    """)
    workspace.run("up")
    found = workspace.resources()
    assert found["a"]["provider"].startswith("urn:pulumi:dev::demo::pulumi:providers:tst::mine::")
    assert found["mine"]["inputs"] == {"__internal": {}, "region": "there", "version": "1.0.0"}
    assert not [name for name in found if name.startswith("default")]
    assert workspace.run("up").changes == {"same": 4}


def test_reading_and_invoking_answer_from_the_cloud(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a")')
    workspace.run("up")
    workspace.program("""
        Made("Thing", "a")
        seen = Made("Thing", "seen", options(id="thing-1"))
        answer = pulumi.runtime.invoke("tst:index:getAnswer", {"word": "hi"}, pulumi.InvokeOptions(version="1.0.0"))
        pulumi.export("arn", seen.arn)
        pulumi.export("answer", answer.value["echo"])
    """)
    result = workspace.run("up")
    assert result.exit_code == 0, messages(result)
    assert result.outputs == {"arn": "arn:tst:a:1", "answer": "hi"}
    assert workspace.resources()["seen"]["external"] is True
    workspace.program('Made("Thing", "a")')
    assert workspace.run("up").changes == {"same": 2, "discard": 1}
    assert workspace.things() == [("Thing", "a")]


def test_a_program_can_read_the_last_outputs_of_its_own_stack(workspace: Workspace) -> None:
    workspace.program("""
        last = pulumi.StackReference("organization/demo/dev").get_output("round")
        pulumi.export("round", last.apply(lambda n: int(n or 0) + 1))
    """)
    assert workspace.run("preview").outputs == {"round": 1}
    workspace.run("up")
    assert workspace.run("preview").outputs == {"round": 2}


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ('Made("Thing", "a", options(import_="thing-1"))', "import"),
        ('Made("Thing", "a", options(transforms=[lambda args: None]))', "transforms"),
        ("pulumi.runtime.register_resource_transform(lambda args: None)", "transforms"),
        ('pulumi.ResourceHook("h", lambda args: None)\nMade("Thing", "a")', "resource hooks (h)"),
        ('Made("Thing", "a", options(replacement_trigger="x"))', "replacementTrigger"),
        ('Made("Thing", "a", options(plugin_download_url="https://example.com"))', "pluginDownloadURL"),
        ('pulumi.runtime.invoke("tst:index:getNothing", {}, pulumi.InvokeOptions(version="1.0.0"))', "getNothing"),
    ],
)
def test_what_is_not_supported_is_an_error_by_name(workspace: Workspace, program: str, name: str) -> None:
    workspace.program(program)
    result = workspace.run("preview")
    assert result.exit_code == 1
    assert name in messages(result)


def test_a_package_without_a_cloud_is_an_error_by_name(workspace: Workspace) -> None:
    workspace.program('pulumi.CustomResource("other:index:Thing", "a", {}, options(version="1.0.0"))')
    result = workspace.run("preview")
    assert result.exit_code == 1
    assert "the sandbox has no cloud for package 'other'" in messages(result)


def test_two_resources_of_one_name_are_refused(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a")\nMade("Thing", "a")')
    result = workspace.run("preview")
    assert result.exit_code == 1
    assert "Duplicate resource URN" in messages(result)


def test_up_binds_the_stack_and_a_stack_bound_elsewhere_is_refused(workspace: Workspace) -> None:
    workspace.program("")
    assert read_binding(workspace.state_dir, "dev") is None
    workspace.run("preview")
    assert read_binding(workspace.state_dir, "dev") is None
    workspace.run("up")
    assert read_binding(workspace.state_dir, "dev") == Binding("local", "sandbox")
    write_binding(workspace.state_dir, "prod", Binding("pulumi", "real"))
    (workspace.state_dir / "dev.binding.json").unlink()
    write_binding(workspace.state_dir, "dev", Binding("pulumi", "real"))
    for verb in ("preview", "up", "destroy"):
        with pytest.raises(EngineError, match="belongs to engine pulumi with real providers"):
            workspace.run(verb)


def test_a_second_run_is_locked_out_and_told_who_holds_the_stack(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a")')
    refused: list[str] = []

    def meanwhile(point: str, _urn: str) -> None:
        if point == "creating:before-cloud":
            with pytest.raises(EngineError) as error:
                workspace.run("destroy")
            refused.append(str(error.value))

    result = workspace.run("up", at=meanwhile)
    assert result.exit_code == 0, messages(result)
    assert len(refused) == 1
    assert f"up by process {os.getpid()}" in refused[0]


POINTS = [
    (verb, f"{operation}:{point}", name)
    for verb, operation, name in (
        ("up", "creating", "new"),
        ("up", "updating", "changed"),
        ("up", "deleting", "gone"),
        ("destroy", "deleting", "changed"),
    )
    for point in ("before-write", "before-cloud", "after-cloud", "after-write")
]


def _signalled(workspace: Workspace, verb: str, point: str, name: str, number: int) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).with_name("engine_workspace.py")
    environment = {**os.environ, "PROGRAM_PID": str(workspace.folder / "pid")}
    command = [sys.executable, str(script), str(workspace.folder), verb, point, name, str(number)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(("verb", "point", "name"), POINTS)
def test_after_a_kill_another_run_converges_with_nothing_made_twice(
    workspace: Workspace, verb: str, point: str, name: str
) -> None:
    workspace.program('Made("Unique", "gone")\nMade("Thing", "changed", size=1)')
    workspace.run("up")
    workspace.program('changed = Made("Thing", "changed", size=2)\nMade("Unique", "new", link=changed.arn)')
    killed = _signalled(workspace, verb, point, name, 9)
    assert killed.returncode == -9, killed.stderr
    workspace.cloud.calls.clear()
    result = workspace.run(verb)
    assert result.exit_code == 0, messages(result)
    assert "pending_operations" not in workspace.state()
    if verb == "destroy":
        assert workspace.things() == []
        assert "resources" not in workspace.state()
        return
    assert workspace.things() == [("Thing", "changed"), ("Unique", "new")]
    ids = {row["id"] for row in workspace.state()["resources"] if row["type"].startswith("tst:")}
    assert ids == {thing.id for thing in workspace.world.things().values()}
    assert {t.inputs.get("size") for t in workspace.world.things().values()} == {2, None}


def test_an_object_of_a_killed_run_that_is_no_longer_wanted_is_deleted(workspace: Workspace) -> None:
    workspace.program('Made("Unique", "a")')
    _signalled(workspace, "up", "creating:after-cloud", "a", 9)
    assert workspace.things() == [("Unique", "a")]
    workspace.program("")
    assert workspace.run("up").exit_code == 0
    assert workspace.things() == []


def test_an_object_of_a_killed_run_that_is_wanted_otherwise_is_changed(workspace: Workspace) -> None:
    workspace.program('Made("Thing", "a", size=1)')
    _signalled(workspace, "up", "creating:after-cloud", "a", 9)
    workspace.program('Made("Thing", "a", size=2)')
    assert workspace.run("up").changes["update"] == 1
    assert workspace.things() == [("Thing", "a")]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfd to wait for a process of another")
def test_the_program_does_not_outlive_a_killed_engine(workspace: Workspace) -> None:
    import select

    workspace.program('Made("Unique", "a")\nimport time\nMade("Thing", "b").arn.apply(lambda _: time.sleep(60))')
    killed = _signalled(workspace, "up", "creating:after-cloud", "a", 9)
    assert killed.returncode == -9
    try:
        handle = os.pidfd_open(int((workspace.folder / "pid").read_text()))
    except ProcessLookupError:
        return
    assert select.select([handle], [], [], 20)[0], "the program still runs"
    os.close(handle)


def test_an_interrupt_ends_the_run_with_its_state_saved(workspace: Workspace) -> None:
    workspace.program('a = Made("Thing", "a")\nMade("Thing", "b", link=a.arn)')
    ended = _signalled(workspace, "up", "creating:after-write", "a", 2)
    assert json.loads(ended.stdout)["result"] == "canceled", ended.stderr
    assert json.loads(ended.stdout)["exit_code"] == 1
    assert "pending_operations" not in workspace.state()
    assert "a" in workspace.resources()
    assert workspace.run("up").exit_code == 0
    assert workspace.things() == [("Thing", "a"), ("Thing", "b")]


@pytest.mark.parametrize("kind", ["Thing", "Unique"])
@pytest.mark.parametrize("point", ["creating:after-cloud", "creating:after-write", "deleting:after-cloud"])
def test_a_replacement_that_was_killed_is_finished(workspace: Workspace, kind: str, point: str) -> None:
    program = f'a = Made("{kind}", "a", name="WHICH")\nMade("Unique", "b", link=a.arn)'
    workspace.program(program.replace("WHICH", "one"))
    workspace.run("up")
    workspace.program(program.replace("WHICH", "two"))
    assert _signalled(workspace, "up", point, "a", 9).returncode == -9
    result = workspace.run("up")
    assert result.exit_code == 0, messages(result)
    assert workspace.things() == sorted([(kind, "two"), ("Unique", "b")])
    assert workspace.run("up").changes == {"same": 3}


def test_a_component_with_other_inputs_is_an_update_as_the_pulumi_cli_counts_it(workspace: Workspace) -> None:
    program = 'Team("team", size=SIZE).register_outputs({"size": SIZE})'
    workspace.program(program.replace("SIZE", "1"))
    workspace.run("up")
    assert workspace.run("up").changes == {"same": 2}
    workspace.program(program.replace("SIZE", "2"))
    assert workspace.run("preview").changes == {"same": 1, "update": 1}
    assert workspace.run("up").changes == {"same": 1, "update": 1}
    team = workspace.resources()["team"]
    assert (team["inputs"], team["outputs"]) == ({"size": 2}, {"size": 2})
    assert workspace.run("up").changes == {"same": 2}
