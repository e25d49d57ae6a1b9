"""The demo partnership's files: clean, of the promised size, and as hard as promised."""

from collections import Counter

import pytest

from alongside.demo import partnership
from services.matching.solver import (
    Mentor,
    MentorSchool,
    Offer,
    Point,
    Problem,
    Rules,
    School,
    Solution,
    Trainee,
    solve,
)
from tests.unit.referral.imports.read_files import read_mentors, read_offers, read_schools, read_trainees

pytestmark = pytest.mark.covers("R1", "R3")

SCHOOLS = read_schools(partnership.SCHOOLS.read_bytes())
MENTORS = read_mentors(partnership.MENTORS.read_bytes())
TRAINEES = read_trainees(partnership.TRAINEES.read_bytes())
OFFERS = read_offers(partnership.OFFERS.read_bytes())
HOURS_PER_TRAINEE = 1.5


def test_the_files_are_clean_and_of_the_promised_size() -> None:
    assert (len(SCHOOLS.rows), len(MENTORS.rows), len(TRAINEES.rows)) == (12, 45, 36)
    assert SCHOOLS.errors == MENTORS.errors == TRAINEES.errors == OFFERS.errors == []
    assert SCHOOLS.skipped == {"closed": 1, "welsh": 1}
    assert len({trainee.subject for trainee in TRAINEES.rows}) == 6


def test_the_schools_are_in_the_registers_encoding() -> None:
    with pytest.raises(UnicodeDecodeError):
        partnership.SCHOOLS.read_bytes().decode("utf-8")
    assert "Bront\u00eb Moor Academy" in {school.name for school in SCHOOLS.rows}


def test_every_mentor_and_offer_is_at_an_open_school_that_hosts_the_phase() -> None:
    hosted = {school.urn: school.phases for school in SCHOOLS.rows}
    assert all(mentor.phases <= hosted[mentor.school_urn] for mentor in MENTORS.rows)
    assert all(offer.phase in hosted[offer.school_urn] for offer in OFFERS.rows)


def test_everyone_is_reachable_under_example_org_only() -> None:
    assert all(
        email.endswith(".example.org")
        for email in [*(mentor.email for mentor in MENTORS.rows), *(trainee.email for trainee in TRAINEES.rows)]
    )


def test_all_placements_start_on_the_same_monday() -> None:
    assert {(offer.starts_on.isoformat(), offer.academic_year) for offer in OFFERS.rows} == {("2026-09-14", "2026/27")}


def best_round() -> Solution:
    return solve(
        Problem(
            trainees=tuple(
                Trainee(
                    row.provider_trainee_id,
                    row.subject,
                    row.phase,
                    Point(row.home_easting, row.home_northing),
                    row.travel_mode,
                    row.travel_limit_minutes,
                )
                for row in TRAINEES.rows
            ),
            offers=tuple(
                Offer(str(row.line), row.school_urn, row.subject, row.phase, row.places) for row in OFFERS.rows
            ),
            mentors=tuple(
                Mentor(
                    row.staff_reference,
                    (MentorSchool(row.school_urn),),
                    frozenset(row.subjects),
                    frozenset(row.phases),
                    float(row.capacity_hours_per_week),
                    row.role == "volunteer",
                )
                for row in MENTORS.rows
            ),
            schools=tuple(School(row.urn, Point(row.easting or 0, row.northing or 0)) for row in SCHOOLS.rows),
            rules=Rules(HOURS_PER_TRAINEE, {"travel": 1}),
        )
    )


def test_some_trainees_cannot_be_placed_each_for_the_reason_the_partnership_was_made_for() -> None:
    subject_of = {row.provider_trainee_id: row.subject for row in TRAINEES.rows}
    answer = best_round()
    assert answer.placed == 31
    assert Counter((subject_of[left.trainee_id], left.reason) for left in answer.unplaced) == {
        ("primary", "beyond_travel_limit"): 1,
        ("physics", "beyond_travel_limit"): 1,
        ("history", "mentor_hours_taken"): 2,
        ("modern-languages", "places_taken"): 1,
    }


def test_the_file_with_mistakes_has_one_good_row_and_shows_many_kinds_of_error() -> None:
    checked = read_trainees(partnership.TRAINEES_WITH_MISTAKES.read_bytes())
    assert [row.line for row in checked.rows] == [2]
    assert {error.line for error in checked.errors} == {3, 4, 5, 6, 7}
    assert {"duplicate", "formula", "missing", "dates_reversed", "unknown_subject"} <= {
        error.code for error in checked.errors
    }
