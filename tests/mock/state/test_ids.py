from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from leadway_mock.state.ids import Ids


def test_ids_are_24_lower_case_letters_and_digits() -> None:
    ids = Ids(1)
    assert all(re.fullmatch(r"[0-9a-z]{24}", ids.mint("execution", n)) for n in range(1000))


def test_ids_differ_by_kind_part_and_seed() -> None:
    minted = [
        Ids(seed).mint(kind, part)
        for seed in (1, 2)
        for kind in ("execution", "interaction")
        for part in range(500)
    ]
    assert len(set(minted)) == len(minted)
    assert Ids(1).mint("a", "b", "c") != Ids(1).mint("a", "bc") != Ids(1).mint("ab", "c")


def test_the_same_seed_gives_the_same_ids() -> None:
    assert Ids(7).mint("execution", 1) == Ids(7).mint("execution", 1)
    assert Ids(7).trace(1) == Ids(7).trace(1)


def test_without_a_seed_nobody_can_guess() -> None:
    assert Ids().mint("execution", 1) != Ids().mint("execution", 1)


MINTED_BY_A_FORK = """
import os
import pytest

from leadway_mock.state.ids import Ids

Ids().mint("execution")  # From here on there are some to spare.
reading, writing = os.pipe()
if not os.fork():
    os.write(writing, Ids().mint("execution").encode())
    os._exit(0)
os.wait()
assert os.read(reading, 100).decode() != Ids().mint("execution")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="This system forks no processes.")
def test_a_forked_process_mints_other_ids_than_its_parent() -> None:
    subprocess.run([sys.executable, "-c", MINTED_BY_A_FORK], check=True)


def test_none_is_minted_twice() -> None:
    assert len({Ids().mint("execution") for _ in range(1_000)}) == 1_000


def test_trace_ids_are_version_4_uuids() -> None:
    form = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(form, Ids(1).trace(1))
