"""Somebody beside the lead mentor, from proposal to the end."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.support_requests import (
    SUPPORT_REQUEST,
    RequestSupport,
    SupportRequested,
    SupportRequestWithdrawn,
    WantedSupport,
)
from services.matching.domain.supports import (
    SUPPORT,
    Accept,
    Accepted,
    AnswerTakenBack,
    Commands,
    Confirmed,
    Decline,
    Declined,
    End,
    Ended,
    Events,
    Lapse,
    Lapsed,
    NotOpen,
    Propose,
    Proposed,
    Release,
    TakeBack,
    Terms,
)
from shared.events.words import SupportSide
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import Given, given
from tests.unit.matching.facts import MENTOR_ID, MONDAY, PROGRAMME_ID, TUESDAY

MENTEE_ID = UUID(int=21)
IDS: dict[str, Any] = {
    "support_id": UUID(int=20),
    "programme_id": PROGRAMME_ID,
    "mentee_id": MENTEE_ID,
    "mentor_id": MENTOR_ID,
    "role": "supporting",
    "facet": "behaviour",
}
TERMS = Terms(
    school_urn="900001",
    starts_on=date(2026, 9, 14),
    ends_on=date(2026, 12, 18),
    hours_per_week=0.5,
    meetings_per_week=0,
    targets_per_meeting=3,
    assessor_is_not_mentor=True,
)
PROPOSED = Proposed(**IDS, happened_on=MONDAY, terms=TERMS, words="at the same school; a volunteer")
CONFIRMED = Confirmed(**IDS, happened_on=TUESDAY, terms=TERMS)
LAPSED = Lapsed(**IDS, happened_on=TUESDAY, waited_for=("mentee", "mentor"))
ENDED = Ended(**IDS, happened_on=TUESDAY, by="somebody")
SIDES: tuple[SupportSide, SupportSide] = ("mentor", "mentee")


def support_accepted(side: SupportSide) -> Accepted:
    return Accepted(**IDS, happened_on=TUESDAY, side=side, by="somebody")


def support_declined(side: SupportSide) -> Declined:
    return Declined(**IDS, happened_on=TUESDAY, side=side, by="somebody")


def yes(side: SupportSide) -> Accept:
    return Accept(side=side, by="somebody", on=TUESDAY)


def no(side: SupportSide) -> Decline:
    return Decline(side=side, by="somebody", on=TUESDAY)


END = End(by="somebody", on=TUESDAY)
LAPSE = Lapse(on=TUESDAY)
STANDING: dict[str, tuple[Events, ...]] = {
    "none": (),
    "proposed": (PROPOSED,),
    "half accepted": (PROPOSED, support_accepted("mentor")),
    "confirmed": (PROPOSED, support_accepted("mentor"), support_accepted("mentee"), CONFIRMED),
    "declined": (PROPOSED, support_accepted("mentor"), support_declined("mentor")),
    "lapsed": (PROPOSED, LAPSED),
    "ended": (PROPOSED, support_accepted("mentor"), support_accepted("mentee"), CONFIRMED, ENDED),
}
ASKED: dict[str, Commands] = {
    "propose": Propose(proposal=PROPOSED),
    "accept mentor": yes("mentor"),
    "accept mentee": yes("mentee"),
    "decline mentor": no("mentor"),
    "decline mentee": no("mentee"),
    "lapse": LAPSE,
    "end": END,
    "release": Release(on=TUESDAY),
}
ALLOWED: dict[tuple[str, str], tuple[Events, ...]] = {
    ("none", "propose"): (PROPOSED,),
    ("proposed", "accept mentor"): (support_accepted("mentor"),),
    ("proposed", "accept mentee"): (support_accepted("mentee"),),
    ("proposed", "decline mentor"): (support_declined("mentor"),),
    ("proposed", "decline mentee"): (support_declined("mentee"),),
    ("proposed", "lapse"): (LAPSED,),
    ("half accepted", "accept mentor"): (),
    ("half accepted", "accept mentee"): (support_accepted("mentee"), CONFIRMED),
    ("half accepted", "decline mentor"): (support_declined("mentor"),),
    ("half accepted", "decline mentee"): (support_declined("mentee"),),
    ("half accepted", "lapse"): (Lapsed(**IDS, happened_on=TUESDAY, waited_for=("mentee",)),),
    ("confirmed", "accept mentor"): (),
    ("confirmed", "accept mentee"): (),
    ("confirmed", "end"): (ENDED,),
    ("proposed", "release"): (LAPSED,),
    ("half accepted", "release"): (Lapsed(**IDS, happened_on=TUESDAY, waited_for=("mentee",)),),
    ("confirmed", "release"): (Ended(**IDS, happened_on=TUESDAY, by="matching"),),
    ("declined", "release"): (),
    ("lapsed", "release"): (),
    ("ended", "release"): (),
    ("declined", "decline mentor"): (),
    ("ended", "end"): (),
}
"""All that can be said, by where it stands; everything else is refused."""


def support_at(where: str) -> Given[Any, Commands, Events]:
    return given(SUPPORT, *STANDING[where])


@pytest.mark.covers("M7")
@pytest.mark.parametrize(("where", "what"), ALLOWED, ids=" / ".join)
def test_an_allowed_command_is_recorded(where: str, what: str) -> None:
    support_at(where).when(ASKED[what]).then(*ALLOWED[where, what])


REFUSED = [(where, what) for where in STANDING for what in ASKED if (where, what) not in ALLOWED]


@pytest.mark.covers("M7")
@pytest.mark.parametrize(("where", "what"), REFUSED, ids=" / ".join)
def test_everything_else_is_refused(where: str, what: str) -> None:
    support_at(where).when(ASKED[what]).refused(NotFound if where == "none" else NotOpen)


@pytest.mark.parametrize("answer", [yes("mentor"), no("mentee")])
def test_an_answer_is_not_older_than_its_proposal(answer: Accept | Decline) -> None:
    before = answer.model_copy(update={"on": MONDAY - timedelta(days=1)})
    support_at("proposed").when(before).refused(Invalid, pointer="/on")


@pytest.mark.parametrize("on", [MONDAY - timedelta(days=1), TERMS.ends_on + timedelta(days=1)])
def test_the_last_day_lies_between_the_proposal_and_the_day_on_which_it_ends_by_itself(on: date) -> None:
    support_at("confirmed").when(End(by="somebody", on=on)).refused(Invalid, pointer="/on")


def test_a_support_ends_on_its_first_day_at_the_earliest_and_not_after_its_last() -> None:
    before, after = MONDAY - timedelta(days=3), TERMS.ends_on + timedelta(days=1)
    support_at("confirmed").when(Release(on=before)).then(Ended(**IDS, happened_on=MONDAY, by="matching"))
    support_at("confirmed").when(Release(on=after)).then()


def ask(*facets: Any, structural: bool = False, buddy: bool = False) -> RequestSupport:
    wanted = WantedSupport(facets=facets, structural=structural, buddy=buddy)
    return RequestSupport(person_id=MENTEE_ID, wanted=wanted, by="somebody", on=MONDAY)


def support_requested(*facets: Any, structural: bool = False, buddy: bool = False) -> SupportRequested:
    said = {"facets": facets, "structural": structural, "buddy": buddy}
    return SupportRequested(happened_on=MONDAY, person_id=MENTEE_ID, by="somebody", **said)


TAKEN_BACK = SupportRequestWithdrawn(happened_on=MONDAY, person_id=MENTEE_ID, by="somebody")


@pytest.mark.covers("M7")
@pytest.mark.parametrize(
    ("before", "command", "after"),
    [
        ((), ask("subject", "behaviour"), (support_requested("behaviour", "subject"),)),
        ((), ask(buddy=True), (support_requested(buddy=True),)),
        (
            (support_requested("subject"),),
            ask("subject", structural=True),
            (support_requested("subject", structural=True),),
        ),
        ((support_requested("behaviour", "subject"),), ask("subject", "behaviour"), ()),
        ((support_requested("subject"),), ask(), (TAKEN_BACK,)),
        ((), ask(), ()),
        ((support_requested("subject"), TAKEN_BACK), ask(), ()),
        ((support_requested("subject"), TAKEN_BACK), ask("subject"), (support_requested("subject"),)),
    ],
)
def test_the_last_wish_counts_and_an_empty_one_takes_it_back(
    before: tuple[SupportRequested | SupportRequestWithdrawn, ...],
    command: RequestSupport,
    after: tuple[SupportRequested | SupportRequestWithdrawn, ...],
) -> None:
    given(SUPPORT_REQUEST, *before).when(command).then(*after)


def test_an_answer_or_an_end_of_another_day_is_refused_and_not_passed_over() -> None:
    accepted = Accepted(**IDS, happened_on=TUESDAY, side="mentor", by="somebody")
    declined = Declined(**IDS, happened_on=TUESDAY, side="mentor", by="somebody")
    ended = Ended(**IDS, happened_on=TUESDAY, by="somebody")
    repeated: list[tuple[Sequence[Events], Commands]] = [
        ([PROPOSED, accepted], Accept(side="mentor", by="somebody", on=TUESDAY)),
        ([PROPOSED, declined], Decline(side="mentor", by="somebody", on=TUESDAY)),
        ([PROPOSED, CONFIRMED, ended], End(by="somebody", on=TUESDAY)),
    ]
    for events, command in repeated:
        given(SUPPORT, *events).when(command).then()
        later = command.model_copy(update={"on": TUESDAY + timedelta(days=1)})
        assert f"{TUESDAY} already" in given(SUPPORT, *events).when(later).refused(NotOpen).detail


def answer_taken_back(side: SupportSide) -> AnswerTakenBack:
    return AnswerTakenBack(**IDS, happened_on=TUESDAY, side=side, by="somebody")


@pytest.mark.covers("M7")
@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_an_answer_is_taken_back_until_the_support_is_confirmed(side: SupportSide) -> None:
    back = TakeBack(side=side, by="somebody", on=TUESDAY)
    yes = Accepted(**IDS, happened_on=TUESDAY, side=side, by="somebody")
    no = Declined(**IDS, happened_on=TUESDAY, side=side, by="somebody")
    lapsed = Lapsed(**IDS, happened_on=TUESDAY, waited_for=(side,))
    given(SUPPORT, PROPOSED, yes).when(back).then(answer_taken_back(side))
    assert given(SUPPORT, PROPOSED, yes, answer_taken_back(side)).state == given(SUPPORT, PROPOSED).state
    given(SUPPORT, PROPOSED, no).when(back).then(answer_taken_back(side), lapsed)
    given(SUPPORT, PROPOSED, no, answer_taken_back(side), lapsed).when(back).refused(NotOpen)
    given(SUPPORT, PROPOSED).when(back).refused(NotOpen)
    assert "end it" in given(SUPPORT, PROPOSED, yes, CONFIRMED).when(back).refused(NotOpen).detail
    given(SUPPORT, PROPOSED, yes).when(back.model_copy(update={"on": MONDAY})).refused(Invalid, pointer="/on")
