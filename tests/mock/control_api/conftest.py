from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from leadway_mock.control_api.blueprint import is_cancelled
from leadway_mock.web import create_app
from tests.mock.client import EmulatorClient
from tests.mock.control_api.api import Api


@pytest.fixture
def api(client: EmulatorClient) -> Api:
    return Api(create_app(emulator=client.emulator).test_client())


@pytest.fixture
def wait_begun(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a call of the control API begins to wait."""
    begun = threading.Event()

    def report_begin() -> Callable[[], bool]:
        begun.set()
        return is_cancelled()

    monkeypatch.setattr("leadway_mock.control_api.journal.is_cancelled", report_begin)
    return begun
