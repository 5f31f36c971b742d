"""The control API: what the mock knows and does, for people and test suites. JSON in, JSON out.

`leadway_mock/control_api/control.yaml` describes it; each module here answers a few of its operations.
"""

from leadway_mock.control_api.blueprint import control_blueprint, load_control_contract

__all__ = ["control_blueprint", "load_control_contract"]
