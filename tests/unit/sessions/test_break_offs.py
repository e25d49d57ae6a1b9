"""What a mentee tells a safe contact: nobody but the two of them reads it, and the mentee sees that it was read."""

import pytest

from services.sessions import policy
from services.sessions.domain.break_offs import BREAK_OFF, AskContact, ContactAsked, ReadReason, ReasonRead
from services.sessions.policy import NOBODY
from services.sessions.projections.break_offs import BREAK_OFFS, BreakOffRow
from services.sessions.publish import publish
from shared.events.practices import AccountRole
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import personal_fields
from shared.kernel.principal import Principal
from tests.support.given import given
from tests.unit.sessions.examples import DAY, MONDAY, RELATIONSHIP, RELATIONSHIP_ID, STRANGER_ID, TRAINEE_ID
from tests.unit.sessions.test_policy import (
    AS_TUTOR,
    HOST_LEAD,
    HOST_LEAD_WHO_MENTORS,
    LEAD,
    MENTOR,
    OTHER_LEAD,
    OTHER_TRAINEE,
    TRAINEE,
    TUTOR,
    TUTOR_WHO_MENTORS,
    outcome_of,
)
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S1", "S11")
NAMES = {"relationship_id": RELATIONSHIP_ID, "trainee_id": TRAINEE_ID}
ASKED = ContactAsked(happened_on=MONDAY, contact="tutor", reason="We do not fit.", **NAMES)
READ = ReasonRead(happened_on=MONDAY + DAY, reader_id=STRANGER_ID, **NAMES)


def test_the_reason_is_sealed_for_the_mentee_and_published_to_nobody() -> None:
    asking = AskContact(**NAMES, contact="tutor", reason="We do not fit.", on=MONDAY)
    given(BREAK_OFF).when(asking).then(ASKED)
    given(BREAK_OFF, ASKED).when(asking.model_copy(update={"on_record": "We do not fit."})).then()
    assert personal_fields(ContactAsked) == {"reason": "trainee_id"}
    assert (publish(ASKED), publish(READ)) == (None, None)


def test_another_contact_is_asked_or_the_same_in_other_words_and_what_was_read_stays_known() -> None:
    for other in ({"contact": "partnership_lead"}, {"reason": "We never meet."}, {"reason": None}):
        asking = AskContact(**NAMES, contact="tutor", reason="We do not fit.", on=MONDAY, on_record="We do not fit.")
        asked = ASKED.model_copy(update=other)
        given(BREAK_OFF, ASKED, READ).when(asking.model_copy(update=other)).then(asked)
        given(BREAK_OFF, ASKED, READ, asked).when(ReadReason(reader_id=STRANGER_ID, on=MONDAY + DAY)).then()
        (row,) = rows(BREAK_OFFS, ASKED, READ, asked)
        assert isinstance(row, BreakOffRow)
        assert (row.contact, len(row.reads)) == (asked.contact, 1)


def test_a_reading_is_recorded_once_a_day() -> None:
    given(BREAK_OFF, ASKED).when(ReadReason(reader_id=STRANGER_ID, on=MONDAY + DAY)).then(READ)
    given(BREAK_OFF, ASKED, READ).when(ReadReason(reader_id=STRANGER_ID, on=MONDAY + DAY)).then()
    given(BREAK_OFF).when(ReadReason(reader_id=STRANGER_ID, on=MONDAY)).refused(NotFound)


def test_the_row_has_no_reason() -> None:
    assert rows(BREAK_OFFS, ASKED, READ) == [
        BreakOffRow(
            relationship_id=RELATIONSHIP_ID,
            trainee_id=TRAINEE_ID,
            asked_on=MONDAY,
            contact="tutor",
            has_reason=True,
            reads=({"reader_id": f"{STRANGER_ID}", "on": f"{MONDAY + DAY}"},),
        )
    ]


@pytest.mark.parametrize(
    ("contact", "readers"),
    [
        ("tutor", [TRAINEE, TUTOR]),
        ("school_lead", [TRAINEE, HOST_LEAD]),
        ("partnership_lead", [TRAINEE, LEAD]),
    ],
)
def test_only_the_mentee_and_the_chosen_contact_read_it_and_never_the_mentor(
    contact: AccountRole, readers: list[Principal]
) -> None:
    everybody = [TRAINEE, TUTOR, HOST_LEAD, LEAD, MENTOR, HOST_LEAD_WHO_MENTORS, TUTOR_WHO_MENTORS, OTHER_LEAD]
    for who in (*everybody, OTHER_TRAINEE):
        assigned = AS_TUTOR if who.has("tutor") else NOBODY
        allowed = outcome_of(policy.break_off_reader, who, RELATIONSHIP, contact, assigned) is not NotFound
        assert allowed == (who in readers), who
