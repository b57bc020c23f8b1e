"""Which engine a run takes: what is on PATH, what the stack is bound to, what it is meant for."""

from __future__ import annotations

from pathlib import Path

import pytest
from nhi.cli.engines import choose, new_enough, pulumi_on_path
from nhi.sandbox.engine.state import Binding
from nhi.spec.problems import InputError

LOCAL, PULUMI = Binding("local", "sandbox"), Binding("pulumi", "sandbox")
REAL = Binding("pulumi", "real")


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it; write a `pulumi` into it to have one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put(folder: Path, version: str) -> None:
    script = folder / "pulumi"
    script.write_text(f"#!/bin/sh\necho {version}\n")
    script.chmod(0o755)


@pytest.mark.usefixtures("on_path")
def test_without_pulumi_a_sandbox_stack_runs_on_the_local_engine() -> None:
    assert pulumi_on_path() is None
    choice = choose("auto", "dev", pinned_clock=True, binding=None)
    assert (choice.engine, choice.providers) == ("local", "sandbox")
    assert "local engine" in str(choice)
    assert "nothing real is touched" in str(choice)


def test_with_pulumi_the_same_stack_runs_on_it(on_path: Path) -> None:
    put(on_path, "v3.260.0")
    choice = choose("auto", "dev", pinned_clock=True, binding=None)
    assert (choice.engine, choice.providers, choice.version) == ("pulumi", "sandbox", "3.260.0")


def test_pulumi_below_the_floor_is_not_taken_and_is_refused_where_it_is_asked_for(on_path: Path) -> None:
    put(on_path, "v3.248.9")
    assert choose("auto", "dev", pinned_clock=True, binding=None).engine == "local"
    with pytest.raises(InputError, match="too old"):
        choose("pulumi", "dev", pinned_clock=True, binding=None)


@pytest.mark.usefixtures("on_path")
def test_a_stack_for_real_providers_without_pulumi_is_refused() -> None:
    with pytest.raises(InputError, match="meant for real providers"):
        choose("auto", "prod", pinned_clock=False, binding=None)


@pytest.mark.usefixtures("on_path")
def test_a_stack_for_real_providers_can_be_tried_on_the_sandbox_on_purpose() -> None:
    choice = choose("local", "prod", pinned_clock=False, binding=None)
    assert (choice.engine, choice.providers) == ("local", "sandbox")


@pytest.mark.usefixtures("on_path")
@pytest.mark.parametrize("binding", [PULUMI, REAL])
def test_a_stack_bound_to_pulumi_is_never_run_on_the_local_engine(binding: Binding) -> None:
    with pytest.raises(InputError, match="bound to the pulumi engine"):
        choose("local", "dev", pinned_clock=True, binding=binding)
    with pytest.raises(InputError, match="no `pulumi` on PATH"):
        choose("auto", "dev", pinned_clock=True, binding=binding)


def test_a_stack_bound_to_the_local_engine_stays_there_where_pulumi_is_on_path(on_path: Path) -> None:
    put(on_path, "v3.260.0")
    assert choose("auto", "dev", pinned_clock=True, binding=LOCAL).engine == "local"
    with pytest.raises(InputError, match="bound to the local engine"):
        choose("pulumi", "dev", pinned_clock=True, binding=LOCAL)


def test_a_stack_bound_to_real_providers_stays_real_also_with_a_pinned_clock(on_path: Path) -> None:
    put(on_path, "v3.260.0")
    assert choose("auto", "dev", pinned_clock=True, binding=REAL).providers == "real"


def test_a_pulumi_that_does_not_answer_counts_as_none(on_path: Path) -> None:
    (on_path / "pulumi").write_text("#!/bin/sh\nexit 1\n")
    (on_path / "pulumi").chmod(0o755)
    assert pulumi_on_path() is None


@pytest.mark.parametrize(
    ("version", "enough"),
    [("3.249.0", True), ("3.248.0", False), ("4.0.0", True), ("3.250.0-alpha.1", True), ("", False), ("dev", False)],
)
def test_the_floor(version: str, enough: bool) -> None:
    assert new_enough(version) is enough
