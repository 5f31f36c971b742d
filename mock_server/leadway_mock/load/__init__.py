"""Load with conversations: talkers that each keep a session, and what must hold for every one."""

from leadway_mock.load.invariants import Violation
from leadway_mock.load.report import LoadReport
from leadway_mock.load.talkers import LoadPlan, run_load

__all__ = ["LoadPlan", "LoadReport", "Violation", "run_load"]
