"""docs/security.md names a test for each protection, and links every module of tests/security."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")

FOLDERS = ("security", "property", "mock", "stress")

# Tests of the tests: that a list is whole, that an auditor sees, that a page is true.
ABOUT_TESTS = {
    "test_every_control_route_is_covered",
    "test_the_audit_hook_detects_connections_writes_and_code",
    "test_every_test_on_the_page_exists",
    "test_every_test_is_on_the_page",
    "test_every_protection_has_one_test_and_each_module_a_link",
}
# The page names one test for each protection; these are the others.
OTHERS = {
    "test_it_listens_on_loopback_by_default": {
        "test_a_public_address_gets_a_warning",
    },
    "test_every_route_rejects_unknown_hosts": {
        "test_a_request_with_an_unknown_host_is_not_processed_or_stored",
    },
    "test_every_control_route_rejects_other_origins": {
        "test_every_control_route_rejects_cross_site_requests",
    },
    "test_forwarding_headers_are_ignored": {
        "test_a_method_cannot_be_overridden",
    },
    "test_only_pages_of_named_origins_get_cors_headers": {
        "test_an_origin_must_be_a_scheme_and_a_host",
        "test_no_response_has_a_cors_header",
    },
    "test_every_response_has_nosniff_and_control_responses_no_store": {
        "test_errors_of_the_http_server_are_json_with_nosniff",
    },
    "test_the_policy_allows_own_files_only": {
        "test_another_web_page_cannot_load_the_console",
        "test_the_console_needs_no_other_host_and_makes_no_html",
    },
    "test_the_authority_is_constrained": {
        "test_a_certificate_for_another_host_is_not_trusted",
        "test_a_strict_client_trusts_the_names",
        "test_an_authority_is_renewed_before_it_expires",
        "test_processes_that_start_together_share_one_authority",
    },
    "test_an_unsafe_key_is_refused": {
        "test_a_damaged_authority_is_named",
        "test_a_symbolic_link_is_refused",
        "test_the_key_is_private",
    },
    "test_no_page_no_log_and_no_file_holds_a_secret": {
        "test_errors_of_the_control_api_do_not_repeat_secrets",
        "test_no_repr_contains_a_token",
        "test_problems_of_an_agents_file_do_not_contain_its_tokens",
        "test_secret_is_neither_stored_nor_logged",
    },
    "test_secret_is_redacted_however_it_is_encoded": {
        "test_secret_is_redacted_in_an_encoded_query",
        "test_secret_is_redacted_in_any_text",
    },
    "test_a_password_is_used_and_never_shown": {
        "test_a_mistyped_url_is_reported_without_its_password",
        "test_a_url_is_shown_without_possible_secrets",
        "test_a_url_that_names_nothing_is_explained_in_one_short_line",
        "test_an_invalid_url_is_reported_without_its_password",
        "test_the_shared_store_is_reported_without_its_password",
    },
    "test_an_unknown_authority_is_rejected": {
        "test_a_certificate_for_another_name_is_rejected",
        "test_an_expired_certificate_is_rejected",
    },
    "test_a_log_names_neither_query_nor_headers_nor_bodies": {
        "test_a_log_does_not_quote_a_rejected_request",
    },
    "test_no_link_in_a_message_is_followed": {
        "test_a_query_cannot_choose_the_contract_of_the_documentation_page",
        "test_no_page_opens_a_connection",
    },
    "test_values_of_placeholders_are_not_expanded": {
        "test_a_message_is_returned_unchanged",
        "test_no_other_field_is_rendered",
    },
    "test_hostile_texts": {
        "test_json_test_suite",
        "test_yaml_test_suite",
    },
    "test_ids_are_compared_exactly": {
        "test_a_unicode_id_in_a_path_is_the_same_as_in_a_body",
        "test_ids_are_opaque_text",
        "test_two_spellings_of_a_location_are_two_locations",
    },
    "test_no_path_or_header_adds_a_line_to_the_log": {
        "test_a_failure_is_logged_on_its_own_line",
        "test_a_request_cannot_change_the_successor_link",
        "test_every_header_value_is_short_and_printable",
        "test_no_request_adds_a_header_to_its_response",
    },
    "test_any_bytes_get_a_response_of_the_contract": {
        "test_any_header_gets_a_response_of_the_contract",
        "test_any_json_in_any_encoding_gets_a_response_of_the_contract",
        "test_any_path_and_query_gets_a_response",
        "test_no_number_breaks_a_page",
    },
    "test_a_body_is_limited": {
        "test_only_calls_that_need_it_have_the_limit_of_agents",
    },
    "test_turns_are_limited_and_numbering_continues": {
        "test_an_entry_of_the_journal_is_limited",
        "test_sessions_are_limited_and_the_oldest_are_dropped_with_their_turns",
        "test_the_journal_is_limited",
    },
    "test_no_body_takes_long_to_process": {
        "test_no_header_takes_long_to_process",
    },
    "test_a_turn_costs_the_same_early_and_late": {
        "test_a_session_costs_the_same_among_few_and_among_many",
    },
    "test_a_slow_pattern_gets_an_error_that_names_it_and_delays_nobody": {
        "test_an_expression_that_needs_much_memory_is_an_error",
    },
    "test_a_bomb_is_rejected_quickly_with_a_short_error": {
        "test_the_command_reports_a_bomb_like_any_other_error",
    },
    "test_canaries_reach_no_file_and_no_log": {
        "test_a_killed_recorder_leaves_no_canary_and_whole_files",
        "test_an_error_in_the_recorder_shows_no_private_data",
        "test_canaries_are_redacted_at_every_place",
        "test_the_file_has_no_secret_and_no_id",
    },
    "test_plain_values_cannot_be_written": {
        "test_a_file_that_was_edited_is_redacted_when_it_is_read",
        "test_type_checker_finds_plain_values",
    },
    "test_the_address_is_resolved_once_and_pinned": {
        "test_http_is_for_this_machine_only",
        "test_private_addresses_are_refused",
    },
    "test_other_certificates_are_refused": {
        "test_a_redirect_is_returned_and_not_followed",
        "test_failures_are_values",
        "test_the_whole_exchange_has_a_limit_of_time",
    },
}


def defined_in(*folders: str) -> set[str]:
    files = [file for folder in folders for file in (ROOT / "tests" / folder).rglob("test_*.py")]
    text = "".join(file.read_text("utf-8") for file in files)
    return set(re.findall(r"^def (test_\w+)", text, re.MULTILINE))


NAMED = re.findall(r"`(test_\w+)`", PAGE)
LISTED = {*NAMED, *(name for names in OTHERS.values() for name in names)}


def test_every_test_on_the_page_exists() -> None:
    assert LISTED - defined_in(*FOLDERS) == set()


def test_every_test_is_on_the_page() -> None:
    """Or is another test of a protection that the page names."""
    assert defined_in("security") - LISTED == ABOUT_TESTS
    assert set(OTHERS) - set(NAMED) == set()


def test_every_protection_has_one_test_and_each_module_a_link() -> None:
    rows = re.findall(r"^\|(?!protection|---)(.*)\|$", PAGE, re.MULTILINE)
    assert [row for row in rows if len(re.findall(r"`test_\w+`", row)) != 1] == []
    modules = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    linked = set(re.findall(r"\(\.\./tests/security/(\w+\.py)\)", PAGE))
    assert linked == modules - {Path(__file__).name}
