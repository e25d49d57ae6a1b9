"""Whoever is erased takes part in nothing any more: their pairs and supports end, in whatever order the two come."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.matching.domain import pairs, supports
from services.matching.domain.erasures import (
    ERASED_MENTEES,
    ERASED_MENTORS,
    EndDue,
    ErasureSeen,
    Kind,
    ProposalClosed,
    ProposalOpened,
)
from services.matching.domain.people import PersonForgotten
from services.matching.processes.erasures import PROCESSES
from shared.kernel.processes import TaskRequest
from tests.support.given import given
from tests.unit.matching.facts import (
    IDS,
    MENTOR_ID,
    MONDAY,
    PAIR_ID,
    PROGRAMME_ID,
    PROPOSED,
    TRAINEE_ID,
    TUESDAY,
    pair_declined,
)

pytestmark = pytest.mark.covers("R8")
SUPPORT_ID = UUID(int=88)
SUPPORT = supports.Proposed(
    happened_on=MONDAY,
    support_id=SUPPORT_ID,
    programme_id=PROGRAMME_ID,
    mentee_id=TRAINEE_ID,
    mentor_id=MENTOR_ID,
    role="buddy",
    words="at the same school",
    terms=supports.Terms(
        school_urn="900001",
        starts_on=MONDAY,
        ends_on=MONDAY + timedelta(days=90),
        hours_per_week=0.5,
        meetings_per_week=0,
        targets_per_meeting=3,
        assessor_is_not_mentor=True,
    ),
)
FORGOTTEN = PersonForgotten(happened_on=TUESDAY, person_id=TRAINEE_ID)
SEEN = ErasureSeen(happened_on=TUESDAY)


def proposal_opened(kind: Kind, id_: UUID) -> ProposalOpened:
    return ProposalOpened(happened_on=MONDAY, kind=kind, id=id_)


def due(kind: Kind, id_: UUID, on: object = TUESDAY) -> EndDue:
    return EndDue.model_validate({"happened_on": on, "kind": kind, "id": id_})


OPEN = (proposal_opened("pair", PAIR_ID), proposal_opened("support", SUPPORT_ID))


def test_pairs_and_supports_of_a_person_end_when_they_are_erased() -> None:
    given(ERASED_MENTEES).when(PROPOSED).then(OPEN[0])
    given(ERASED_MENTEES, OPEN[0]).when(SUPPORT).then(OPEN[1])
    given(ERASED_MENTEES, *OPEN).when(FORGOTTEN).then(SEEN, due("pair", PAIR_ID), due("support", SUPPORT_ID))
    given(ERASED_MENTEES, *OPEN, SEEN).when(FORGOTTEN).then()


def test_a_proposal_after_the_erasure_is_ended_at_once() -> None:
    given(ERASED_MENTORS, SEEN).when(PROPOSED).then(OPEN[0], due("pair", PAIR_ID, MONDAY))
    given(ERASED_MENTORS, SEEN).when(SUPPORT).then(OPEN[1], due("support", SUPPORT_ID, MONDAY))


def test_a_closed_proposal_is_not_ended_again() -> None:
    withdrawn = pairs.Withdrawn(**IDS, happened_on=TUESDAY, by="the lead", reason="school_left")
    for end in (pair_declined("mentor"), withdrawn):
        closed = ProposalClosed(happened_on=TUESDAY, kind="pair", id=PAIR_ID)
        given(ERASED_MENTEES, *OPEN).when(end).then(closed)
        given(ERASED_MENTEES, *OPEN, closed).when(FORGOTTEN).then(SEEN, due("support", SUPPORT_ID))
        given(ERASED_MENTEES).when(end).then()


def test_the_reason_says_which_side_left() -> None:
    requests = [request for process in PROCESSES for request in process.requests(due("pair", PAIR_ID))]
    reasons = [request.body["reason"] for request in requests if isinstance(request, TaskRequest)]
    assert reasons == ["trainee_left", "mentor_left"]
    assert [process.requests(SEEN) for process in PROCESSES] == [[], []]
