"""Supports as others see them: who may do what, what read tables show, what is published, when they lapse."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.matching import policy
from services.matching.domain.pairs import Withdrawn
from services.matching.domain.people import PersonForgotten
from services.matching.domain.support_answers import SUPPORT_ANSWERS, SupportAnswersAwaited, SupportAnswersClosed
from services.matching.domain.support_requests import SupportRequested, SupportRequestWithdrawn
from services.matching.domain.supports import Accepted, Confirmed, Declined, Ended, Events, Lapsed
from services.matching.domain.supports_of_pairs import (
    SUPPORTS_OF_PAIR,
    PairGone,
    ReleaseDue,
    SupportAttached,
    SupportDetached,
)
from services.matching.projections.support_requests import SUPPORT_REQUESTS, SupportRequestRow
from services.matching.projections.supports import SUPPORTS, SupportRow
from services.matching.publish import publish
from shared.calendar import working_days_after
from shared.events import PublicEvent
from shared.events import matching as public
from shared.events.words import SupportSide
from shared.kernel.decider import DomainError, Event, Invalid, NotAllowed, NotFound
from shared.kernel.principal import Principal
from tests.support.given import given
from tests.unit.matching.facts import IDS as PAIR_IDS
from tests.unit.matching.facts import MENTOR_ID, MONDAY, TUESDAY
from tests.unit.matching.test_supports import CONFIRMED, IDS, MENTEE_ID, PROPOSED, TERMS

BETWEEN = policy.SupportParties(
    "900001", {"mentor": MENTOR_ID, "mentee": MENTEE_ID}, {"mentor": "900002", "mentee": None}
)
OF_A_SCHOOL = policy.SupportParties("900001", BETWEEN.people, {"mentor": "900001", "mentee": "900001"})


def principal(*roles: str, subject: object = UUID(int=42), schools: tuple[str, ...] = ()) -> Principal:
    return Principal(str(subject), "north-star", frozenset(roles), frozenset(schools))


LEAD = principal("partnership_lead")
MENTOR = principal("mentor", subject=MENTOR_ID)
MENTEE = principal(subject=MENTEE_ID)
MENTORS_LEAD = principal("school_lead", schools=("900002",))
HOSTS_LEAD = principal("school_lead", schools=("900001",))
OUTSIDERS = (principal("mentor"), principal("trainee"), principal("school_lead", schools=("900009",)))


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("who", "between", "said", "side"),
    [
        (MENTOR, BETWEEN, None, "mentor"),
        (MENTEE, BETWEEN, None, "mentee"),
        (MENTORS_LEAD, BETWEEN, None, "mentor"),
        (LEAD, BETWEEN, "mentee", "mentee"),
        (HOSTS_LEAD, OF_A_SCHOOL, "mentee", "mentee"),
        (HOSTS_LEAD, OF_A_SCHOOL, "mentor", "mentor"),
    ],
)
def test_who_answers_for_whom(
    who: Principal, between: policy.SupportParties, said: SupportSide | None, side: SupportSide
) -> None:
    assert policy.support_side_to_answer(who, between, said) == side
    policy.may_end_support(who, between)


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("who", "between", "said", "refusal"),
    [
        (MENTOR, BETWEEN, "mentee", NotAllowed),
        (MENTEE, BETWEEN, "mentor", NotAllowed),
        (MENTORS_LEAD, BETWEEN, "mentee", NotAllowed),
        (HOSTS_LEAD, BETWEEN, None, NotAllowed),
        (LEAD, BETWEEN, None, Invalid),
        (HOSTS_LEAD, OF_A_SCHOOL, None, Invalid),
        *((who, BETWEEN, None, NotFound) for who in OUTSIDERS),
        (principal("mentor", schools=("900001",)), BETWEEN, None, NotFound),
    ],
)
def test_who_may_not_answer(
    who: Principal, between: policy.SupportParties, said: SupportSide | None, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        policy.support_side_to_answer(who, between, said)


@pytest.mark.parametrize(("who", "refusal"), [(HOSTS_LEAD, NotAllowed), *((who, NotFound) for who in OUTSIDERS)])
def test_who_may_not_end_a_support(who: Principal, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        policy.may_end_support(who, BETWEEN)


@pytest.mark.covers("M7")
def test_a_wish_is_stated_by_the_person_a_lead_of_their_school_or_the_partnership_lead() -> None:
    for who in (LEAD, MENTEE, HOSTS_LEAD):
        policy.may_request_support_for(who, MENTEE_ID, "900001")
    for who, urn in (*((outsider, "900001") for outsider in OUTSIDERS), (HOSTS_LEAD, None)):
        with pytest.raises(NotFound):
            policy.may_request_support_for(who, MENTEE_ID, urn)


ACCEPTED = Accepted(**IDS, happened_on=TUESDAY, side="mentor", by="somebody")
DECLINED = Declined(**IDS, happened_on=TUESDAY, side="mentee", by="somebody")
LAPSED = Lapsed(**IDS, happened_on=TUESDAY, waited_for=("mentor",))
ENDED = Ended(**IDS, happened_on=TUESDAY, by="somebody")


def row(*events: Event) -> SupportRow:
    rows: dict[tuple[object, ...], Any] = {}
    SUPPORTS.fold(rows, (("north-star", event) for event in events))
    (found,) = rows.values()
    assert isinstance(found, SupportRow)
    return found


@pytest.mark.parametrize(
    ("events", "shown"),
    [
        ((), {"status": "proposed", "changed_on": MONDAY, "words": PROPOSED.words, "ends_on": TERMS.ends_on}),
        ((ACCEPTED,), {"status": "proposed", "accepted_by": ("mentor",), "changed_on": TUESDAY}),
        ((ACCEPTED, CONFIRMED), {"status": "confirmed", "changed_on": TUESDAY, "hours_per_week": 0.5}),
        ((DECLINED,), {"status": "declined", "declined_by": "mentee"}),
        ((LAPSED,), {"status": "lapsed"}),
        ((ACCEPTED, CONFIRMED, ENDED), {"status": "ended", "ends_on": TUESDAY, "starts_on": TERMS.starts_on}),
        (
            (SupportAnswersAwaited(happened_on=MONDAY, support_id=IDS["support_id"], answer_by=TUESDAY),),
            {"status": "proposed", "answer_by": TUESDAY},
        ),
    ],
)
def test_the_row_of_a_support_has_its_status(events: tuple[Event, ...], shown: Mapping[str, Any]) -> None:
    found = row(PROPOSED, *events)

    assert {name: getattr(found, name) for name in shown} == shown


def test_a_support_request_is_shown_until_it_is_withdrawn_or_the_person_erased() -> None:
    asked = SupportRequested(
        happened_on=MONDAY, person_id=MENTEE_ID, facets=("behaviour",), structural=False, buddy=True, by="somebody"
    )
    rows: dict[tuple[object, ...], Any] = {}
    SUPPORT_REQUESTS.fold(rows, [("north-star", asked)])
    assert list(rows.values()) == [
        SupportRequestRow(MENTEE_ID, ("behaviour",), structural=False, buddy=True, since=MONDAY)
    ]
    for last in (
        SupportRequestWithdrawn(happened_on=TUESDAY, person_id=MENTEE_ID, by="somebody"),
        PersonForgotten(happened_on=TUESDAY, person_id=MENTEE_ID),
    ):
        rows = {}
        SUPPORT_REQUESTS.fold(rows, [("north-star", asked), ("north-star", last)])
        assert list(rows.values()) == [None]


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("event", "told"),
    [
        (PROPOSED, public.SupportProposed(**IDS, happened_on=MONDAY, school_urn="900001", hours_per_week=0.5)),
        (CONFIRMED, public.SupportConfirmed(**IDS, happened_on=TUESDAY, **TERMS.model_dump())),
        (DECLINED, public.SupportDeclined(**IDS, happened_on=TUESDAY, by="mentee")),
        (LAPSED, public.SupportLapsed(**IDS, happened_on=TUESDAY, waited_for=("mentor",))),
        (ENDED, public.SupportEnded(**IDS, happened_on=TUESDAY)),
        (ACCEPTED, None),
    ],
)
def test_the_public_event_of_a_support_does_not_name_who_answered(event: Events, told: PublicEvent | None) -> None:
    assert publish(event) == told


PAIR_ID = UUID(int=1)
ON_A_PAIR = {"pair_id": PAIR_ID}
RESTS = SupportAttached(happened_on=MONDAY, support_id=IDS["support_id"])
OVER = SupportDetached(happened_on=TUESDAY, support_id=IDS["support_id"])
GONE = PairGone(happened_on=TUESDAY)
WITHDRAWN = Withdrawn(**PAIR_IDS, happened_on=TUESDAY, round_id=UUID(int=2), by="the lead", reason="school_left")


@pytest.mark.covers("M6", "M7")
def test_a_support_of_a_pair_is_released_when_the_pair_is_withdrawn() -> None:
    due = ReleaseDue(happened_on=TUESDAY, support_id=IDS["support_id"])
    given(SUPPORTS_OF_PAIR).when(PROPOSED.model_copy(update=ON_A_PAIR)).then(RESTS)
    given(SUPPORTS_OF_PAIR, RESTS).when(WITHDRAWN).then(GONE, due)
    given(SUPPORTS_OF_PAIR, RESTS, GONE, due).when(WITHDRAWN).then()
    given(SUPPORTS_OF_PAIR, RESTS, GONE, due).when(ENDED).then(OVER)


@pytest.mark.covers("M6", "M7")
def test_a_support_proposed_for_a_withdrawn_pair_is_released_at_once() -> None:
    due = ReleaseDue(happened_on=MONDAY, support_id=IDS["support_id"])
    given(SUPPORTS_OF_PAIR, GONE).when(PROPOSED.model_copy(update=ON_A_PAIR)).then(RESTS, due)


def test_a_closed_support_or_one_without_a_pair_is_not_released() -> None:
    given(SUPPORTS_OF_PAIR, RESTS).when(DECLINED).then(OVER)
    given(SUPPORTS_OF_PAIR, RESTS, OVER).when(WITHDRAWN).then(GONE)
    given(SUPPORTS_OF_PAIR).when(PROPOSED).then()
    given(SUPPORTS_OF_PAIR).when(ENDED).then()


NOON = datetime(2026, 7, 15, 12, tzinfo=UTC)
AWAITED = SupportAnswersAwaited(
    happened_on=MONDAY, support_id=IDS["support_id"], answer_by=working_days_after(NOON.date(), 10)
)


@pytest.mark.covers("M7")
def test_both_have_ten_working_days_from_when_it_was_recorded() -> None:
    given(SUPPORT_ANSWERS).when(PROPOSED, now=NOON).then(AWAITED)
    given(SUPPORT_ANSWERS, AWAITED).when(PROPOSED, now=NOON).then()


@pytest.mark.covers("M7")
@pytest.mark.parametrize("heard", [CONFIRMED, DECLINED, LAPSED])
def test_nobody_is_waited_for_once_it_is_answered_or_has_lapsed(heard: Confirmed | Declined | Lapsed) -> None:
    settled = SupportAnswersClosed(happened_on=TUESDAY, support_id=IDS["support_id"])
    given(SUPPORT_ANSWERS, AWAITED).when(heard).then(settled)
    given(SUPPORT_ANSWERS, AWAITED, settled).when(heard).then()
    given(SUPPORT_ANSWERS).when(heard).then()
