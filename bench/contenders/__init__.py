"""Who is measured: the mock, what people would pick instead, and the ceilings above all."""

from bench.contenders.catalogue import CONTENDERS, OURS, QUIET
from bench.contenders.model import Contender, Kind

__all__ = ["CONTENDERS", "OURS", "QUIET", "Contender", "Kind"]
