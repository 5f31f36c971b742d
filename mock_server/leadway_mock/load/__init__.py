"""Load generator for conversations: talkers with a session each, and checks of every session."""

from leadway_mock.load.report import LoadReport
from leadway_mock.load.talkers import LoadPlan, run_load

__all__ = ["LoadPlan", "LoadReport", "run_load"]
