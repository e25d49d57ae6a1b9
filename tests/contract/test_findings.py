"""Each finding of the trial with real files, real dates and real people is shown by tests, by its number.

The platform was tried as a new user would, with hostile and careless requests, and under faults. Every finding was seen
on the code of its day. A test that is renamed is renamed here too.
"""

import ast
from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from tools.reference.sources import ROOT

FINDINGS: Mapping[int, tuple[str, Mapping[str, Sequence[str]]]] = {
    1: (
        "one person, two records",
        {
            "integration/referral/test_same_people.py": (
                "test_a_trn_that_is_held_is_an_error_that_names_the_holder",
                "test_a_shared_e_mail_address_has_to_be_confirmed",
            ),
            "unit/referral/imports/test_cells.py": ("test_two_references_with_one_trn_or_one_address_are_one_person",),
        },
    ),
    2: (
        "invisible characters",
        {
            "integration/referral/test_bad_input.py": (
                "test_a_reference_with_something_invisible_is_the_same_reference",
                "test_nothing_invisible_in_a_name_is_kept",
            ),
            "integration/sessions/test_meetings.py": (
                "test_invisible_characters_are_removed_from_the_text_of_a_meeting",
            ),
        },
    ),
    3: (
        "a merge that splits the services",
        {
            "integration/wire/test_merged_records.py": (
                "test_a_merged_id_is_an_alias_everywhere_and_is_named_nowhere",
            ),
            "integration/reporting/test_merged_people.py": (
                "test_a_merged_mentor_has_one_caseload_with_all_relationships",
            ),
        },
    ),
    4: (
        "erased, and still acting",
        {
            "integration/matching/test_erasures.py": (
                "test_the_pair_of_an_erased_person_is_withdrawn_and_refuses_later_commands",
            ),
            "integration/referral/test_referrals.py": (
                "test_nothing_more_is_done_with_the_referral_of_somebody_erased",
            ),
        },
    ),
    5: (
        "ended, and still written to",
        {
            "integration/sessions/test_relationships.py": ("test_after_the_end_nothing_more_is_recorded",),
        },
    ),
    6: (
        "one name, or none given first",
        {
            "integration/referral/test_versions.py": ("test_a_person_with_one_name_is_registered_shown_and_named",),
            "unit/referral/imports/test_cells.py": ("test_a_cell_that_is_no_name_is_refused",),
        },
    ),
    7: (
        "a mistyped year traps a record",
        {
            "integration/referral/test_bad_input.py": ("test_a_mistyped_year_is_refused_with_the_year_that_was_meant",),
            "unit/referral/test_training_statuses.py": (
                "test_a_deferral_that_is_sent_again_with_other_values_corrects_it",
            ),
        },
    ),
    8: (
        "a sum with days that overflows",
        {
            "contract/test_inputs.py": ("test_a_day_has_one_form_and_outer_bounds",),
            "integration/matching/test_bad_input.py": ("test_a_bad_day_of_a_query_parameter_is_refused",),
        },
    ),
    9: (
        "dates and numbers of any type",
        {
            "contract/test_inputs.py": (
                "test_a_number_of_a_body_is_strict_and_has_limits",
                "test_a_yes_or_no_of_a_body_is_nothing_else",
            ),
            "unit/inputs/test_days.py": ("test_a_day_has_one_form",),
        },
    ),
    10: (
        "a formatted empty cell counts as a row",
        {
            "unit/referral/imports/test_files_as_sent.py": ("test_a_formatted_cell_far_below_the_table_is_no_row",),
        },
    ),
    11: (
        "one control character spoils the file",
        {
            "unit/referral/imports/test_files_as_sent.py": (
                "test_a_control_character_is_an_error_of_its_cell_and_the_other_rows_are_read",
                "test_the_end_mark_of_an_old_program_is_no_row",
            ),
        },
    ),
    12: (
        "the wrong file or sheet",
        {
            "unit/referral/imports/test_files_as_sent.py": (
                "test_missing_columns_are_one_sentence_with_the_sheet_that_was_read_and_those_there_are",
                "test_a_file_of_another_kind_is_recognised",
                "test_titles_above_the_headings_are_passed_over_and_counted",
                "test_a_line_that_names_the_delimiter_is_obeyed_and_is_no_line",
            ),
        },
    ),
    13: (
        "sentences that send people the wrong way",
        {
            "unit/referral/imports/test_cells.py": (
                "test_an_identifier_that_cannot_be_read_gets_the_sentence_of_its_own_fault",
                "test_a_day_that_cannot_be_read_gets_the_sentence_of_its_own_fault",
            ),
            "unit/referral/imports/test_ugly_cells.py": (
                "test_a_cell_is_read_as_a_person_reads_it_or_refused_with_what_to_do",
            ),
        },
    ),
    14: (
        "what an import says of itself",
        {
            "unit/referral/imports/test_files_as_sent.py": (
                "test_a_file_without_a_row_is_refused",
                "test_utf_16_is_recognised_without_a_byte_order_mark",
            ),
            "e2e/test_cli.py": (
                "test_a_refused_file_names_no_school_and_the_list_and_the_undo_count_as_the_import_did",
            ),
        },
    ),
    15: (
        "imports that take too long, and no way to refer many",
        {
            "integration/referral/test_many_referrals.py": (
                "test_the_trainees_of_a_file_are_referred_countersigned_by_somebody_else_and_accepted",
            ),
            "integration/test_bench.py": ("test_a_rate_that_must_be_reached_is_missed_whatever_the_ratio",),
        },
    ),
    16: (
        "an authority that only the system trusts",
        {
            "integration/local/test_cache.py": (
                "test_an_authority_of_the_system_is_trusted",
                "test_a_certificate_that_is_not_trusted_is_named_at_once_and_nothing_is_logged",
            ),
        },
    ),
    17: (
        "a full disk, a folder that cannot be written",
        {
            "integration/local/test_stack.py": (
                "test_a_full_disk_is_named_with_the_log_that_says_so",
                "test_a_folder_that_cannot_be_written_is_named",
            ),
        },
    ),
    18: (
        "ids that are cut",
        {
            "unit/alongside/test_tables.py": (
                "test_no_id_is_cut_at_any_width_and_no_line_is_wider_unless_a_cell_is",
                "test_no_name_of_a_service_or_read_model_is_cut",
            ),
        },
    ),
    19: (
        "a partnership's name, an interrupt, a report that names no school",
        {
            "e2e/test_cli.py": ("test_a_name_that_no_partnership_has_is_refused_with_what_it_may_hold",),
            "integration/local/test_stack.py": ("test_an_interrupt_while_it_starts_leaves_nothing_behind",),
            "e2e/test_season.py": ("test_the_season_as_printed_says_who_moved_and_why",),
        },
    ),
    20: (
        "HTTP: versions, ids, parameters, what exists",
        {
            "integration/referral/test_versions.py": (
                "test_a_tag_of_a_read_guards_the_change_and_is_stale_after_it",
                "test_a_parameter_that_is_not_there_is_refused_with_those_that_are",
                "test_to_another_school_what_exists_answers_as_what_does_not",
            ),
            "contract/test_http.py": (
                "test_the_document_declares_the_problems_of_each_route_and_no_answer_by_default",
            ),
        },
    ),
    21: (
        "contested choices and an optimum that is none",
        {
            "unit/matching/solver/test_choices.py": (
                "test_which_of_two_choices_is_kept_depends_on_the_places_of_the_other_trainees",
            ),
            "unit/matching/solver/test_independent_model.py": (
                "test_a_round_or_a_repair_is_as_good_as_an_independent_model",
            ),
        },
    ),
    22: (
        "a choice that is tied to one offer",
        {
            "unit/matching/solver/test_choices.py": (
                "test_two_pairs_at_a_school_with_two_offers_of_one_place_are_both_kept",
            ),
        },
    ),
    23: (
        "a bound that proves nothing",
        {
            "unit/matching/solver/test_certificate.py": (
                "test_the_certificate_does_not_hold_for_what_is_not_an_optimum",
            ),
            "unit/matching/solver/test_out_of_time.py": (
                "test_out_of_time_the_answer_keeps_every_rule_and_the_bound_holds",
            ),
        },
    ),
    24: (
        "explanations that are not true",
        {
            "unit/matching/solver/test_remedies.py": (
                "test_each_change_places_the_trainee_and_nothing_less_of_it_does",
                "test_nothing_smaller_of_the_same_kind_places_the_trainee_whatever_the_round",
            ),
        },
    ),
    25: (
        "the time of a round",
        {
            "integration/test_bench.py": ("test_a_benchmark_finds_figures_and_loses_nothing_on_the_way",),
        },
    ),
    26: (
        "accepting does not look again",
        {
            "integration/matching/test_confirmations.py": (
                "test_a_pair_that_breaks_a_rule_by_now_is_not_confirmed_and_the_refusal_names_it",
                "test_two_last_answers_at_once_do_not_take_the_same_hours",
            ),
        },
    ),
    27: (
        "a reference number that is not kept unique",
        {
            "integration/referral/test_same_people.py": (
                "test_of_two_who_are_recorded_at_once_with_one_trn_one_is_refused",
                "test_a_row_that_two_trainees_may_be_meant_by_is_refused_with_both_names",
            ),
        },
    ),
    28: (
        "a spreadsheet's date as reference",
        {
            "unit/referral/imports/test_cells.py": ("test_a_real_date_cell_of_a_workbook_is_no_reference",),
            "integration/referral/test_import_again.py": (
                "test_somebody_on_record_is_not_recorded_again_under_what_a_spreadsheet_made_of_the_reference",
            ),
        },
    ),
    29: (
        "a merge that leaves somebody placed and unplaced",
        {
            "integration/referral/test_lives.py": (
                "test_two_records_that_are_both_placed_are_merged_when_one_placement_was_withdrawn",
            ),
        },
    ),
    30: (
        "a correction that is answered and does nothing",
        {
            "integration/referral/test_lives.py": ("test_a_deferral_sent_again_corrects_it_or_is_a_repetition",),
            "unit/referral/test_referrals.py": (
                "test_a_step_that_was_taken_is_repeated_with_the_same_values_and_refused_with_others",
            ),
            "unit/sessions/test_hand_overs.py": ("test_the_same_items_are_passed_on_to_a_second_relationship_too",),
        },
    ),
    31: (
        "a deferral that changes nothing downstream",
        {
            "integration/sessions/test_absences.py": (
                "test_no_meeting_is_recorded_for_a_day_of_a_deferral_and_one_from_before_is_shown_so",
            ),
            "integration/reporting/test_meetings_by_school.py": (
                "test_nothing_is_due_in_weeks_in_which_somebody_was_away",
            ),
        },
    ),
    32: (
        "what is not read is not named",
        {
            "unit/referral/imports/test_files_as_sent.py": ("test_columns_that_are_not_read_are_named",),
        },
    ),
    33: (
        "totals that hide gaps",
        {
            "integration/reporting/test_meetings_by_school.py": (
                "test_meetings_of_two_weeks_do_not_hide_eight_weeks_without_any",
            ),
        },
    ),
    34: (
        "the same sent twice is recorded twice",
        {
            "contract/test_http.py": ("test_what_makes_something_new_answers_what_happens_when_it_is_sent_twice",),
            "integration/referral/test_versions.py": (
                "test_what_is_sent_twice_by_mistake_is_recorded_once_and_on_purpose_twice",
            ),
        },
    ),
    35: (
        "a slip that is for ever",
        {
            "contract/test_corrections.py": (
                "test_every_event_is_corrected_or_follows_what_is_or_is_for_good_for_a_reason",
            ),
            "integration/referral/test_referrals.py": (
                "test_a_step_that_was_a_mistake_is_taken_back_and_stays_readable",
            ),
            "integration/sessions/test_meetings.py": (
                "test_a_target_and_its_review_are_amended_and_every_version_is_kept",
            ),
        },
    ),
    36: (
        "a bound in one place only",
        {
            "integration/referral/test_bad_input.py": ("test_a_setting_beyond_its_limits_is_refused",),
        },
    ),
    37: (
        "two definitions of waiting",
        {
            "integration/matching/test_rounds.py": ("test_readiness_and_round_agree_on_who_waits",),
        },
    ),
    38: (
        "advice that cannot be followed",
        {
            "integration/referral/test_lives.py": (
                "test_the_way_that_is_named_instead_of_undoing_a_record_can_be_gone",
            ),
            "contract/test_advice.py": ("test_a_sentence_that_names_a_way_is_followed_by_a_test",),
        },
    ),
    39: (
        "left over first, a deferral that pauses what is due, key stages, SEND placements, hosts without a URN",
        {
            "unit/matching/solver/test_left_over.py": (
                "test_of_two_who_cost_the_same_the_one_who_was_left_over_is_placed",
            ),
            "integration/sessions/test_absences.py": ("test_a_deferral_that_is_corrected_moves_the_days",),
            "integration/referral/test_offers.py": (
                "test_a_key_stage_stands_for_its_year_groups_in_a_request_as_in_a_file",
            ),
            "integration/wire/test_solver_inputs.py": (
                "test_a_trainee_is_placed_where_a_key_stage_of_their_course_is_taught",
                "test_a_place_in_special_provision_is_for_those_who_were_referred_for_one",
            ),
            "integration/wire/test_hosts.py": (
                "test_a_trainee_is_placed_at_a_host_without_a_urn_and_the_report_counts_it",
            ),
        },
    ),
    40: (
        "an older worker that takes read models over",
        {
            "integration/kernel/test_rebuild.py": ("test_an_older_edition_leaves_a_newer_one_alone_and_says_so",),
            "contract/test_read_model_editions.py": ("test_an_edition_does_not_go_back",),
        },
    ),
    41: (
        "a page about restoring that does not work",
        {
            "e2e/test_restore.py": ("test_the_page_restores_one_database_and_a_whole_server",),
            "integration/kernel/test_restored.py": (
                "test_a_repeated_restored_command_opens_another_incarnation_and_loses_nothing",
            ),
        },
    ),
    42: (
        "a clock that is ahead",
        {
            "integration/kernel/test_relay.py": (
                "test_a_topic_that_bears_the_broker_s_time_takes_messages_of_a_clock_that_is_ahead",
                "test_the_error_of_the_broker_is_recorded_until_the_relay_goes_on",
            ),
        },
    ),
    43: (
        "facts that an older reader ignored",
        {
            "integration/kernel/test_catching_up.py": ("test_a_new_reaction_hears_what_the_older_version_passed_over",),
            "integration/kernel/test_verify.py": ("test_it_names_a_type_of_event_that_has_not_been_heard_to_the_end",),
        },
    ),
    44: (
        "an upgrade that is called wrong",
        {
            "integration/kernel/test_verify.py": ("test_a_message_that_was_sent_before_fields_were_added_is_harmless",),
        },
    ),
    45: (
        "screens of errors, and words of callers in traces and keys",
        {
            "e2e/test_cli.py": ("test_without_its_topics_it_names_them_and_the_command_that_creates_them",),
            "unit/kernel/test_logs.py": (
                "test_the_kafka_client_says_a_minute_once_in_our_words_that_brokers_are_away",
            ),
            "integration/test_trace.py": ("test_a_trace_holds_nothing_that_a_caller_wrote",),
            "integration/kernel/test_idempotency.py": ("test_a_key_is_stored_as_its_digest_alone",),
        },
    ),
}
"""By number: a short name of the finding, and the tests that show it, by their module in `tests/`."""


@cache
def names_of_tests(module: str) -> frozenset[str]:
    """Return the names of the tests in a module."""
    tree = ast.parse((ROOT / "tests" / module).read_text(encoding="utf-8"))
    functions = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in functions if name.startswith("test_"))


def test_every_finding_has_its_number() -> None:
    assert list(FINDINGS) == list(range(1, 46))


@pytest.mark.parametrize("number", FINDINGS)
def test_the_tests_that_show_a_finding_are_there(number: int) -> None:
    _, tests = FINDINGS[number]

    assert tests
    for module, names in tests.items():
        assert set(names) - names_of_tests(module) == set(), module
