from __future__ import annotations

import re

from leadway_mock.ids import Ids


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


def test_trace_ids_are_version_4_uuids() -> None:
    form = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(form, Ids(1).trace(1))
