"""Given these events, a table has these rows."""

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from services.reporting.tables import READ_MODELS
from shared.events import PUBLISHED, PublicEvent, matching, referral, sessions
from shared.events.absences import Absence
from shared.events.matching import RoundSolved
from shared.events.people import PersonNamed
from shared.events.referral import OfferRecorded, PersonErased
from tests.unit.reporting.facts import (
    ELM,
    FRIDAY,
    MONDAY,
    OAK,
    PROGRAMME,
    assessment_submitted,
    id_of,
    meeting_held,
    meeting_missed,
    mentor_recorded,
    pair_confirmed,
    pair_declined,
    pair_proposed,
    pair_withdrawn,
    people_merged,
    person_erased,
    programme_opened,
    referral_accepted,
    referral_declined,
    referral_made,
    referral_redirected,
    referral_withdrawn,
    registration_undone,
    relationship_opened,
    relationship_paused,
    relationship_rehomed,
    relationship_resumed,
    school_recorded,
    target_reviewed,
    target_set,
    trainee_recorded,
    trainee_unplaced,
    training_status_changed,
)


def rows(model: str, *events: PublicEvent) -> list[dict[str, Any]]:
    """Return the rows of a table after these events."""
    folded: dict[tuple[object, ...], Any] = {}
    found = next(read_model for read_model in READ_MODELS if read_model.name == model)
    found.fold(folded, (("north-star", event) for event in events))
    return [asdict(row) for row in folded.values() if row is not None]


NOT_NEEDED = {
    PersonNamed,
    OfferRecorded,
    RoundSolved,
    *(referral.AppetiteSaid, referral.MentorDeclared, referral.RelationsRecorded),
    *(referral.ProgrammeRulesChanged, referral.HostingLimitSet),
    # a support that stands is told as a relationship of its own role
    *(matching.SupportProposed, matching.SupportConfirmed, matching.SupportDeclined),
    *(matching.SupportLapsed, matching.SupportEnded),
    # relationships and mentors are told anew, at the successor; the register's last word on a school stands
    *(referral.SchoolSucceeded, referral.SchoolRemoved),
    *(sessions.RelationshipAgreed, sessions.RelationshipBrokenOff),
    # sessions answers who assesses
    sessions.AssignmentSet,
    # matching finds another mentor; who wants one is nobody else's business
    *(sessions.AnotherMentorRequested, sessions.MentorRequestWithdrawn),
}


def test_every_public_event_is_read_but_for_those_that_no_answer_needs() -> None:
    read = {event for model in READ_MODELS for event in model.on}
    assert set(PUBLISHED.classes.values()) - read == NOT_NEEDED


def test_a_programme_is_listed_with_its_dates() -> None:
    (row,) = rows("programmes", programme_opened())
    assert row == {
        "programme_id": PROGRAMME,
        "template": "ite-placement",
        "title": "Autumn placements",
        "academic_year": "2026/27",
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 7, 31),
        "smallest_group": 5,
    }


def test_a_school_has_the_name_it_was_recorded_with_last() -> None:
    (row,) = rows("schools", school_recorded(OAK, "Oak School"), school_recorded(OAK, "Oak Academy"))
    assert (row["urn"], row["name"]) == (OAK, "Oak Academy")


def test_a_mentor_has_the_capacity_that_was_recorded_last() -> None:
    (row,) = rows("mentors", mentor_recorded("amal", hours=3), mentor_recorded("amal", hours=1.5))
    assert row == {"mentor_id": id_of("amal"), "school_urn": OAK, "capacity_hours": 1.5, "periods": ()}


def test_a_mentor_who_is_erased_has_no_row_and_others_keep_theirs() -> None:
    erased = PersonErased(happened_on=MONDAY, person_id=id_of("amal"))
    (row,) = rows("mentors", mentor_recorded("amal"), mentor_recorded("cleo"), erased)
    assert row["mentor_id"] == id_of("cleo")


def test_a_trainee_is_kept_without_their_home() -> None:
    (row,) = rows("trainees", trainee_recorded("bo"))
    assert row == {
        "trainee_id": id_of("bo"),
        "subject": "physics",
        "phase": "secondary",
        "training_route": "pgce",
        "course_starts_on": None,
        "course_ends_on": None,
    }


def test_a_referral_has_a_date_for_each_step() -> None:
    (taken,) = rows("referrals", referral_made("bo"), referral_accepted("bo"))
    assert (taken["made_on"], taken["accepted_on"], taken["declined_on"]) == (
        date(2026, 7, 2),
        date(2026, 7, 3),
        None,
    )
    (turned_down,) = rows("referrals", referral_made("bo"), referral_declined("bo"))
    assert (turned_down["accepted_on"], turned_down["declined_on"]) == (None, date(2026, 7, 3))


def test_a_referral_that_was_taken_back_or_sent_on_says_when() -> None:
    (sent_on,) = rows("referrals", referral_made("bo"), referral_redirected("bo"))
    assert (sent_on["redirected_on"], sent_on["withdrawn_on"]) == (date(2026, 7, 3), None)
    (taken_back,) = rows("referrals", referral_made("bo"), referral_accepted("bo"), referral_withdrawn("bo"))
    assert (taken_back["accepted_on"], taken_back["withdrawn_on"]) == (date(2026, 7, 3), date(2026, 7, 30))


def test_a_merged_record_says_which_was_kept() -> None:
    (row,) = rows("merges", people_merged("amal", into="eli"), people_merged("amal", into="ann"))
    assert row == {"merged_id": id_of("amal"), "kept_id": id_of("ann")}


def test_an_undone_registration_is_listed_until_they_are_recorded_again() -> None:
    (row,) = rows("undone_registrations", mentor_recorded("amal"), registration_undone("amal"))
    assert row == {"person_id": id_of("amal"), "undone_on": MONDAY}
    assert rows("undone_registrations", registration_undone("amal"), mentor_recorded("amal")) == []
    assert rows("undone_registrations", registration_undone("bo"), trainee_recorded("bo")) == []


def test_a_training_status_is_the_last_one_with_its_first_day() -> None:
    (row,) = rows(
        "training_statuses",
        training_status_changed("bo", "deferred"),
        training_status_changed("bo", "in_training", on=FRIDAY),
    )
    absence = Absence(reason="deferred", since=MONDAY, until=date(2026, 12, 17))
    assert row == {
        "trainee_id": id_of("bo"),
        "status": "in_training",
        "since": FRIDAY,
        "erased_on": None,
        "changed": (absence,),
        "absences": (absence,),
    }


def test_a_trainee_who_was_erased_counts_as_withdrawn_whatever_comes_late() -> None:
    (row,) = rows("training_statuses", person_erased("bo"), training_status_changed("bo", "deferred", on=FRIDAY))
    assert (row["status"], row["since"], row["erased_on"]) == ("withdrawn", MONDAY, MONDAY)
    assert row["absences"] == (Absence(reason="withdrawn", since=MONDAY),)


def test_an_erasure_moves_no_withdrawal_of_before() -> None:
    withdrawn_on = date(2026, 9, 1)
    withdrawn, erased = training_status_changed("bo", "withdrawn", on=withdrawn_on), person_erased("bo")
    for order in ((withdrawn, erased), (erased, withdrawn)):
        (row,) = rows("training_statuses", *order)
        assert (row["since"], row["erased_on"]) == (withdrawn_on, MONDAY)
        assert row["absences"] == (Absence(reason="withdrawn", since=withdrawn_on),)


def test_a_relationship_is_between_the_two_whom_it_was_rehomed_to() -> None:
    (row,) = rows(
        "relationships", relationship_opened("bo", "amal"), relationship_rehomed("bo", trainee="cai", mentor="eli")
    )
    assert (row["trainee_id"], row["mentor_id"]) == (id_of("cai"), id_of("eli"))


@pytest.mark.parametrize(
    "event", [pair_proposed("bo", "amal"), pair_confirmed("bo", "amal"), pair_withdrawn("bo", "amal")]
)
def test_a_pair_has_its_referral_whichever_event_names_it(event: PublicEvent) -> None:
    for order in ((pair_declined("bo", "amal"), event), (event, pair_declined("bo", "amal"))):
        (row,) = rows("pairs", *order)
        assert row["referral_id"] == id_of("referral 1 of bo")


def test_each_round_that_found_no_place_is_kept_with_its_reason() -> None:
    found = rows(
        "unplaced",
        trainee_unplaced("bo"),
        trainee_unplaced("bo", "places_taken", round_="round 2", explanation="Full."),
    )
    assert [(row["reason"], row["explanation"]) for row in found] == [
        ("no_mentor_in_subject", "No mentor teaches the subject."),
        ("places_taken", "Full."),
    ]


def test_a_confirmed_pair_keeps_how_it_was_proposed() -> None:
    (row,) = rows("pairs", pair_proposed("bo", "amal"), pair_confirmed("bo", "amal"))
    assert (row["proposed_on"], row["confirmed_on"], row["declined_on"]) == (date(2026, 7, 10), date(2026, 7, 12), None)
    assert (row["school_urn"], row["travel_minutes"], row["starts_on"], row["ends_on"]) == (OAK, 25, MONDAY, FRIDAY)


def test_a_declined_pair_says_which_side_declined() -> None:
    (row,) = rows("pairs", pair_proposed("bo", "amal"), pair_declined("bo", "amal", "trainee"))
    assert (row["declined_by"], row["declined_on"]) == ("trainee", date(2026, 7, 11))


def test_a_relationship_keeps_what_was_promised() -> None:
    (row,) = rows("relationships", relationship_opened("bo", "amal", ELM, meetings_per_week=2))
    assert (row["mentor_id"], row["trainee_id"], row["school_urn"]) == (id_of("amal"), id_of("bo"), ELM)
    assert (row["meetings_per_week"], row["mentor_minutes_per_week"]) == (2, 90)


def test_a_meeting_is_held_or_missed() -> None:
    first, second = rows("meetings", meeting_held("bo", MONDAY, 45), meeting_missed("bo", date(2026, 9, 21)))
    assert (first["held_on"], first["minutes"], first["missed_on"]) == (MONDAY, 45, None)
    assert (second["held_on"], second["missed_on"], second["missed_reason"]) == (None, date(2026, 9, 21), "cover")


def test_a_target_stands_where_its_last_review_left_it() -> None:
    (row,) = rows(
        "targets",
        target_set("bo"),
        target_reviewed("bo", "progressing"),
        target_reviewed("bo", "met", on=date(2026, 10, 5)),
    )
    assert (row["set_on"], row["due_on"], row["reviewed_on"], row["status"]) == (
        MONDAY,
        date(2026, 9, 28),
        date(2026, 10, 5),
        "met",
    )


@pytest.mark.covers("P1")
def test_an_assessment_keeps_a_judgement_for_each_standard() -> None:
    (row,) = rows("assessments", assessment_submitted("bo", date(2026, 10, 23), TS7="needs_support"))
    assert row["judgements"] == dict.fromkeys(("TS1", "TS2", "TS3", "TS4", "TS5", "TS6", "TS8"), "on_track") | {
        "TS7": "needs_support"
    }
    assert (row["kind"], row["assessed_on"]) == ("interim", date(2026, 10, 23))


@pytest.mark.covers("S1")
def test_a_pause_is_a_row_whichever_of_its_two_events_comes_first() -> None:
    paused, resumed = relationship_paused("bo", MONDAY), relationship_resumed("bo", MONDAY, FRIDAY)
    whole = {"relationship_id": id_of("relationship of bo"), "paused_on": MONDAY, "resumed_on": FRIDAY}
    assert rows("pauses", paused) == [whole | {"resumed_on": None}]
    assert rows("pauses", paused, resumed) == rows("pauses", resumed, paused) == [whole]
