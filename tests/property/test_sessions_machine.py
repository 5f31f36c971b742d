"""The emulator's sessions agree with the model, and disagree with every bug introduced."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.session_bugs import BUGS
from tests.property.sessions_machine import SessionsMachine

EXAMPLES = settings().max_examples
STEPS = settings(stateful_step_count=30, max_examples=EXAMPLES // 2)


def machine(store: str, unknown_session: str) -> type[SessionsMachine]:
    attributes = {"store": store, "unknown_session": unknown_session}
    return type("Machine", (SessionsMachine,), attributes)


@pytest.mark.parametrize(
    ("store", "unknown_session"),
    [("memory:", "404"), ("memory:", "400"), ("memory:", "new-session"), ("sqlite:///{}", "404")],
)
def test_sessions_agree_with_the_model(store: str, unknown_session: str) -> None:
    run_state_machine_as_test(machine(store, unknown_session), settings=STEPS)


@pytest.mark.parametrize("name", BUGS)
def test_bug_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[name](monkeypatch)
    without_shrinking = settings(STEPS, max_examples=3 * EXAMPLES, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine("memory:", "404"), settings=without_shrinking)
