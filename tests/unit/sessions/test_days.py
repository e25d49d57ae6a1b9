"""Days at schools: planned, logged by the trainee, confirmed by the school, accepted by the provider; none twice."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.sessions.domain.absences import NobodyThere
from services.sessions.domain.calendars import NobodyAtSchool
from services.sessions.domain.days import (
    DAY as DECIDER,
)
from services.sessions.domain.days import (
    HALVES,
    DayPart,
    DayRecorded,
    DayRole,
    DayStep,
    DayTaken,
    GiveUpDay,
    NoSchoolDay,
    NotAtThisStep,
    RecordStep,
    ReturnableState,
    TakeOverDay,
    day_id_on,
)
from services.sessions.domain.relationships import OutsideTheRelationship, Relationship
from shared.events.absences import Absence
from shared.events.practices import DayRules
from shared.events.referral import CalendarPeriod
from shared.events.words import DayKind, DayState
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    MONDAY,
    OTHER_RELATIONSHIP_ID,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    STRANGER_ID,
    TRAINEE_ID,
    WEEK,
)

pytestmark = pytest.mark.covers("S9")
RULES = DayRules(kinds=("general", "intensive"))
BY: dict[DayStep, DayRole] = {
    "plan": "trainee",
    "log": "trainee",
    "remove": "trainee",
    "confirm": "school",
    "accept": "provider",
    "return": "school",
}


def step(
    step: DayStep,
    part: DayPart = "day",
    *,
    on: date = MONDAY,
    kind: DayKind = "general",
    back: ReturnableState | None = None,
    relationship: Relationship = RELATIONSHIP,
    absences: tuple[Absence, ...] = (),
    rules: DayRules | None = RULES,
) -> RecordStep:
    """A step with a part of a day."""
    return RecordStep(
        relationship=relationship,
        rules=rules,
        on=on,
        halves=HALVES[part],
        step=step,
        by=BY[step],
        recorded_on=MONDAY,
        kind=kind if step in ("plan", "log") else None,
        returned_from=back,
        reason="not_there" if step == "return" else None,
        absences=absences,
    )


def day_recorded(
    state: DayState,
    version: int = 1,
    part: DayPart = "day",
    *,
    by: DayRole = "trainee",
    kind: DayKind = "general",
    relationship_id: UUID = RELATIONSHIP_ID,
    trainee_id: UUID = TRAINEE_ID,
    removed: bool = False,
    reason: str | None = None,
) -> DayRecorded:
    """Halves of a Monday in a state."""
    return DayRecorded.model_validate(
        {
            "happened_on": MONDAY,
            "day_id": day_id_on(trainee_id, MONDAY),
            "trainee_id": trainee_id,
            "relationship_id": relationship_id,
            "school_urn": "900001",
            "halves": HALVES[part],
            "kind": kind,
            "state": "removed" if removed else state,
            "by": by,
            "recorded_on": MONDAY,
            "version_number": version,
            "reason": reason,
        }
    )


PLANNED, LOGGED = day_recorded("planned"), day_recorded("logged", 2)
CONFIRMED, ACCEPTED = day_recorded("confirmed", 3, by="school"), day_recorded("accepted", 4, by="provider")


def test_a_day_is_planned_logged_confirmed_and_accepted() -> None:
    given(DECIDER).when(step("plan")).then(PLANNED)
    given(DECIDER, PLANNED).when(step("log")).then(LOGGED)
    given(DECIDER, PLANNED, LOGGED).when(step("confirm")).then(CONFIRMED)
    given(DECIDER, PLANNED, LOGGED, CONFIRMED).when(step("accept")).then(ACCEPTED)


@pytest.mark.parametrize("again", ["plan", "log", "confirm", "accept"])
def test_a_step_that_was_taken_is_nothing_new(again: DayStep) -> None:
    given(DECIDER, PLANNED, LOGGED, CONFIRMED, ACCEPTED).when(step(again)).then()


def test_the_halves_of_a_day_go_their_own_ways() -> None:
    morning = day_recorded("logged", 1, "morning")
    afternoon = day_recorded("logged", 2, "afternoon", kind="intensive")
    given(DECIDER).when(step("log", "morning")).then(morning)
    given(DECIDER, morning).when(step("log", "afternoon", kind="intensive")).then(afternoon)
    given(DECIDER, morning, afternoon).when(step("confirm")).then(
        day_recorded("confirmed", 3, "morning", by="school"),
        day_recorded("confirmed", 4, "afternoon", by="school", kind="intensive"),
    )


def test_no_half_is_counted_in_two_placements_but_each_can_have_its_own() -> None:
    other = replace(RELATIONSHIP, relationship_id=OTHER_RELATIONSHIP_ID)
    morning = day_recorded("logged", 1, "morning")
    refusal = given(DECIDER, morning).when(step("log", relationship=other)).refused(DayTaken, pointer="/on")
    assert refusal.detail == (
        "The morning of 21 September 2026 is recorded in another placement. Remove it there first."
    )
    elsewhere = day_recorded("logged", 2, "afternoon", relationship_id=OTHER_RELATIONSHIP_ID)
    given(DECIDER, morning).when(step("log", "afternoon", relationship=other)).then(elsewhere)


@pytest.mark.parametrize("early", ["confirm", "accept"])
def test_the_steps_follow_each_other(early: DayStep) -> None:
    given(DECIDER).when(step(early)).refused(NotAtThisStep, pointer="/on")
    given(DECIDER, PLANNED).when(step(early)).refused(NotAtThisStep, pointer="/on")


def test_the_provider_accepts_only_what_the_school_has_confirmed() -> None:
    refusal = given(DECIDER, PLANNED, LOGGED).when(step("accept")).refused(NotAtThisStep, pointer="/on")
    assert refusal.detail == (
        "The morning of 21 September 2026 is logged, not confirmed. The school confirms it first."
    )


def test_what_is_logged_as_another_kind_is_confirmed_anew() -> None:
    anew = day_recorded("logged", 4, kind="intensive")
    given(DECIDER, PLANNED, LOGGED, CONFIRMED).when(step("log", kind="intensive")).then(anew)
    given(DECIDER, PLANNED, LOGGED, CONFIRMED, ACCEPTED).when(step("log", kind="intensive")).refused(
        NotAtThisStep, pointer="/on"
    )


@pytest.mark.parametrize(
    ("before", "state", "after"),
    [
        ((PLANNED, LOGGED), "logged", "returned"),
        ((PLANNED, LOGGED, CONFIRMED), "confirmed", "logged"),
        ((PLANNED, LOGGED, CONFIRMED, ACCEPTED), "accepted", "confirmed"),
    ],
)
def test_a_day_is_returned_one_step_and_twice_is_once(
    before: tuple[DayRecorded, ...], state: ReturnableState, after: DayState
) -> None:
    back = day_recorded(after, len(before) + 1, by="school", reason="not_there")
    given(DECIDER, *before).when(step("return", back=state)).then(back)
    given(DECIDER, *before, back).when(step("return", back=state)).then()


def test_only_what_is_in_the_state_is_returned_from_it() -> None:
    given(DECIDER, PLANNED, LOGGED).when(step("return", back="accepted")).refused(NotAtThisStep, pointer="/on")


def test_a_returned_day_is_logged_anew_or_removed() -> None:
    back = day_recorded("returned", 3, by="school", reason="not_there")
    given(DECIDER, PLANNED, LOGGED, back).when(step("log")).then(day_recorded("logged", 4))
    given(DECIDER, PLANNED, LOGGED, back).when(step("remove")).then(day_recorded("returned", 4, removed=True))


def test_a_day_is_removed_until_it_is_accepted_and_can_be_used_elsewhere_then() -> None:
    gone = day_recorded("logged", 3, removed=True)
    given(DECIDER, PLANNED, LOGGED).when(step("remove")).then(gone)
    given(DECIDER).when(step("remove")).then()
    given(DECIDER, PLANNED, LOGGED, CONFIRMED, ACCEPTED).when(step("remove")).refused(NotAtThisStep, pointer="/on")
    other = replace(RELATIONSHIP, relationship_id=OTHER_RELATIONSHIP_ID)
    elsewhere = day_recorded("logged", 4, relationship_id=OTHER_RELATIONSHIP_ID)
    given(DECIDER, PLANNED, LOGGED, gone).when(step("log", relationship=other)).then(elsewhere)


@pytest.mark.parametrize("on", [STARTS_ON - DAY, ENDS_ON + DAY])
def test_a_day_lies_within_the_placement(on: date) -> None:
    given(DECIDER).when(step("log", on=on)).refused(OutsideTheRelationship, pointer="/on")


def test_nobody_is_at_school_at_a_weekend_or_on_a_bank_holiday() -> None:
    saturday = given(DECIDER).when(step("log", on=MONDAY + 5 * DAY)).refused(NoSchoolDay, pointer="/on")
    assert saturday.detail == "26 September 2026 is a Saturday. Check the day; weekends do not count."
    long = replace(RELATIONSHIP, ends_on=date(2027, 7, 1))
    christmas = given(DECIDER).when(step("log", on=date(2026, 12, 25), relationship=long))
    assert "Christmas Day" in christmas.refused(NobodyAtSchool, pointer="/on").detail


def test_a_general_day_is_none_of_the_holidays_but_intensive_practice_may_be_elsewhere() -> None:
    half_term = (CalendarPeriod(kind="holiday", starts_on=MONDAY, ends_on=MONDAY + 4 * DAY),)
    general = step("log").model_copy(update={"calendar": half_term})
    refusal = given(DECIDER).when(general).refused(NobodyAtSchool, pointer="/on")
    assert refusal.detail == "The school has holidays from 21 September 2026 to 25 September 2026. Check the day."
    intensive = step("log", kind="intensive").model_copy(update={"calendar": half_term})
    given(DECIDER).when(intensive).then(day_recorded("logged", kind="intensive"))


@pytest.mark.parametrize("reason", ["deferred", "withdrawn", "school_closed"])
def test_a_day_counts_while_the_trainee_is_in_training_and_the_school_is_open(reason: str) -> None:
    away = (Absence.model_validate({"reason": reason, "since": MONDAY}),)
    given(DECIDER).when(step("log", absences=away)).refused(NobodyThere, pointer="/on")
    given(DECIDER, PLANNED, LOGGED).when(step("confirm", absences=away)).refused(NobodyThere, pointer="/on")
    given(DECIDER).when(step("log", on=MONDAY - DAY * 3, absences=away)).then(
        day_recorded("logged").model_copy(
            update={"happened_on": MONDAY - DAY * 3, "day_id": day_id_on(TRAINEE_ID, MONDAY - DAY * 3)}
        )
    )


def test_what_cannot_count_any_more_can_still_be_removed_and_returned() -> None:
    away = (Absence(reason="deferred", since=MONDAY),)
    assert given(DECIDER, PLANNED, LOGGED).when(step("remove", absences=away)).refusal is None
    assert given(DECIDER, PLANNED, LOGGED).when(step("return", back="logged", absences=away)).refusal is None


def test_a_pause_is_between_the_two_and_does_not_matter_to_the_days() -> None:
    paused = replace(RELATIONSHIP, paused_on=MONDAY)
    assert given(DECIDER).when(step("log", relationship=paused)).refusal is None


def test_days_are_counted_where_the_programme_counts_them_and_by_its_kinds() -> None:
    given(DECIDER).when(step("log", rules=None)).refused(NotFound)
    buddy = replace(RELATIONSHIP, role="buddy")
    given(DECIDER).when(step("log", relationship=buddy)).refused(NotFound)
    general = DayRules(kinds=("general",))
    given(DECIDER).when(step("log", kind="intensive", rules=general)).refused(Invalid, pointer="/kind")


def test_after_a_merge_the_kept_record_has_of_each_half_what_was_further_on() -> None:
    merged = given(DECIDER, day_recorded("confirmed", trainee_id=STRANGER_ID, by="school")).state
    giving_up = GiveUpDay(trainee_id=STRANGER_ID, on=MONDAY, recorded_on=MONDAY)
    given(DECIDER, day_recorded("confirmed", trainee_id=STRANGER_ID)).when(giving_up).then(
        day_recorded("confirmed", 2, trainee_id=STRANGER_ID, by="merge", removed=True)
    )
    taking_over = TakeOverDay(trainee_id=TRAINEE_ID, on=MONDAY, recorded_on=MONDAY, merged=merged)
    given(DECIDER).when(taking_over).then(day_recorded("confirmed", by="merge"))
    kept_morning = day_recorded("accepted", 1, "morning", relationship_id=OTHER_RELATIONSHIP_ID)
    given(DECIDER, kept_morning).when(taking_over).then(day_recorded("confirmed", 2, "afternoon", by="merge"))
    given(DECIDER, day_recorded("accepted")).when(taking_over).then()


def test_the_days_of_two_weeks_are_two() -> None:
    assert day_id_on(TRAINEE_ID, MONDAY) != day_id_on(TRAINEE_ID, MONDAY + WEEK)
    assert day_id_on(TRAINEE_ID, MONDAY) != day_id_on(STRANGER_ID, MONDAY)
