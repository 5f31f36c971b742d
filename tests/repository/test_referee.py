"""How the referee reads Prism's log, whose lines stand here without their decoration."""

from run_referee import judge

ASKED = "[10:35:04 AM] [HTTP SERVER] post /x/execute info      Request received"
ANSWERED = "[10:35:04 AM]     [PROXY] info      The upstream call to /x/execute has returned "
JUDGED = "[10:35:04 AM]     [VALIDATOR] error     Violation: "


def test_a_faultless_game() -> None:
    assert judge([ASKED, f"{ANSWERED}200", ASKED, f"{ANSWERED}401"]) == []


def test_an_answer_against_the_contract_is_found_once() -> None:
    foul = [ASKED, f"{ANSWERED}200", f"{JUDGED}response.body must have 'success'"]
    assert judge(foul * 3) == ["200: response.body must have 'success'"]


def test_a_status_outside_the_contract_is_only_a_warning_to_prism_but_not_to_us() -> None:
    warning = "warning   Violation: response Unable to match the returned status code"
    assert judge([ASKED, f"{ANSWERED}418", warning]) == [
        "418: response Unable to match the returned status code"
    ]


def test_a_bad_request_may_be_refused_but_not_accepted() -> None:
    bad = f"{JUDGED}request.body.locationId must be string"
    assert judge([ASKED, f"{ANSWERED}422", bad]) == []
    assert judge([ASKED, f"{ANSWERED}200", bad]) == [
        "200, though request.body.locationId must be string"
    ]


def test_a_game_nobody_played_is_not_won() -> None:
    assert judge(["Prism is listening"]) == ["Prism saw no request, so it has judged nothing"]
