"""Help by others: step by step, with the mentee's agreement or a recorded one, and never for those who assess."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions import policy
from services.sessions.domain.onward_referrals import (
    NEXT,
    ONWARD_REFERRAL,
    HelpOffered,
    HelpStepTaken,
    HelpStepTakenBack,
    NewOnwardReferral,
    NotAgreed,
    NotTheNextStep,
    OfferHelp,
    OnwardStep,
    Party,
    Step,
    TakeHelpStep,
    TakeHelpStepBack,
)
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import AgreementFirst
from services.sessions.policy import NOBODY
from services.sessions.projections.onward_referrals import ONWARD_NOTES, ONWARD_REFERRALS, OnwardReferralRow
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import NOW, given
from tests.unit.sessions.examples import DAY, MONDAY, RELATIONSHIP, RELATIONSHIP_ID, TRAINEE_ID
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme
from tests.unit.sessions.test_policy import (
    HOST_LEAD,
    HOST_LEAD_WHO_MENTORS,
    LEAD,
    MENTOR,
    OTHER_LEAD,
    OTHER_TRAINEE,
    TRAINEE,
    TUTOR,
    outcome_of,
)
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S13")
ID = UUID("00000000-0000-4000-8000-0000000000aa")
PUPILS = programme(EVERY_TEMPLATE["pupil-mentoring"])
PARTIES: tuple[Party, ...] = ("mentor", "trainee", "lead")
STEPS: tuple[Step, ...] = ("declined", "agreed", "made", "taken_up", "not_taken_up", "ended")


def offering(by: Party = "mentor", kind: str = "voice", of: Programme = RETURN, **other: Any) -> OfferHelp:
    new = NewOnwardReferral(on=other.pop("on", MONDAY), kind=kind, reason=other.pop("reason", "A quiet voice."))
    usual: dict[str, Any] = {"relationship": RELATIONSHIP, "programme": of, "onward_id": ID}
    return OfferHelp(**(usual | other), by=by, new=new)


def help_offered(by: Party = "mentor") -> HelpOffered:
    about = {"onward_id": ID, "trainee_id": TRAINEE_ID, "by": by, "relationship_id": RELATIONSHIP_ID}
    return HelpOffered.model_validate({"happened_on": MONDAY, **about, "kind": "voice", "reason": "A quiet voice."})


def taking(status: Step, by: Party = "trainee", of: Programme = RETURN, **other: Any) -> TakeHelpStep:
    step = OnwardStep(on=other.pop("on", MONDAY), status=status, note=other.pop("note", None))
    return TakeHelpStep(relationship=RELATIONSHIP, programme=of, by=by, step=step, **other)


def step_taken(status: Step, by: Party = "trainee", note: str | None = None) -> HelpStepTaken:
    about = {"onward_id": ID, "trainee_id": TRAINEE_ID, "by": by, "status": status, "note": note}
    return HelpStepTaken.model_validate({"happened_on": MONDAY, **about})


def taking_back(by: Party = "trainee", of: Programme = RETURN) -> TakeHelpStepBack:
    return TakeHelpStepBack(relationship=RELATIONSHIP, programme=of, by=by, on=MONDAY)


TAKEN_BACK = HelpStepTakenBack(happened_on=MONDAY, onward_id=ID, trainee_id=TRAINEE_ID, by="trainee")
EVERY = (help_offered(), step_taken("agreed"), TAKEN_BACK)


@pytest.mark.parametrize("by", ["mentor", "lead"])
def test_others_offer_and_the_mentee_agrees_or_declines(by: Party) -> None:
    given(ONWARD_REFERRAL).when(offering(by)).then(help_offered(by))
    for answer in ("agreed", "declined"):
        given(ONWARD_REFERRAL, help_offered(by)).when(taking(answer)).then(step_taken(answer))
        for other in ("mentor", "lead"):
            refused = given(ONWARD_REFERRAL, help_offered(by)).when(taking(answer, other))
            refused.refused(NotAgreed)


def test_a_mentee_who_asks_has_agreed() -> None:
    given(ONWARD_REFERRAL).when(offering("trainee")).then(help_offered("trainee"), step_taken("agreed"))


def test_of_a_pupil_others_record_who_has_agreed() -> None:
    of = {"of": PUPILS, "kind": "senco"}
    (offered,) = given(ONWARD_REFERRAL).when(offering("trainee", **of)).events  # type: ignore[arg-type]  # both are texts
    given(ONWARD_REFERRAL, offered).when(taking("agreed", "trainee", PUPILS)).refused(NotAgreed)
    given(ONWARD_REFERRAL, offered).when(taking("agreed", "lead", PUPILS)).then(step_taken("agreed", "lead"))


def test_it_goes_step_by_step_to_an_outcome_and_a_slip_is_taken_back() -> None:
    agreed = (help_offered(), step_taken("agreed"))
    made = (*agreed, step_taken("made", "mentor"))
    given(ONWARD_REFERRAL, *agreed).when(taking("taken_up")).refused(NotTheNextStep, pointer="/status")
    given(ONWARD_REFERRAL, *agreed).when(taking("made", "mentor")).then(made[-1])
    given(ONWARD_REFERRAL, *made).when(taking("made", "mentor")).then()
    taken_up = (*made, step_taken("taken_up", note="Weekly."))
    given(ONWARD_REFERRAL, *made).when(taking("taken_up", note="Weekly.")).then(taken_up[-1])
    given(ONWARD_REFERRAL, *taken_up).when(taking("taken_up", note="Weekly.", on_record="Weekly.")).then()
    ended = (*taken_up, step_taken("ended", note="It helped."))
    given(ONWARD_REFERRAL, *taken_up).when(taking("ended", note="It helped.")).then(ended[-1])
    given(ONWARD_REFERRAL, *ended).when(taking("made")).refused(NotTheNextStep, pointer="/status")
    given(ONWARD_REFERRAL, *ended).when(taking_back()).then(TAKEN_BACK)
    given(ONWARD_REFERRAL, *ended, TAKEN_BACK).when(taking("ended", note="It helped.")).then(ended[-1])
    given(ONWARD_REFERRAL, *made).when(taking("taken_up", on=MONDAY - DAY)).refused(Invalid, pointer="/on")
    given(ONWARD_REFERRAL, *agreed).when(taking_back("mentor")).refused(NotAgreed)
    given(ONWARD_REFERRAL, help_offered()).when(taking_back()).refused(NotTheNextStep)
    given(ONWARD_REFERRAL).when(taking("agreed")).refused(NotFound)


def test_only_kinds_of_the_programme_and_words_only_after_the_agreement() -> None:
    refusal = given(ONWARD_REFERRAL).when(offering(kind="magic")).refused(Invalid, pointer="/kind")
    assert "refresher, voice" in refusal.detail
    peers = programme(EVERY_TEMPLATE["peer-review"])
    given(ONWARD_REFERRAL).when(offering(of=peers)).refused(NotFound)
    unsigned = replace(RELATIONSHIP, agreement_first=True)
    given(ONWARD_REFERRAL).when(offering(relationship=unsigned)).refused(AgreementFirst, pointer="/reason")
    assert len(given(ONWARD_REFERRAL).when(offering(relationship=unsigned, reason=None)).events) == 1


def test_every_word_is_sealed_for_the_mentee() -> None:
    assert personal_fields(HelpOffered) == {"organisation": "trainee_id", "reason": "trainee_id"}
    assert personal_fields(HelpStepTaken) == {"note": "trainee_id"}


@drawn(st.lists(st.tuples(st.sampled_from((*STEPS, "back")), st.sampled_from(PARTIES)), max_size=12))
def test_whatever_is_tried_the_referral_is_a_path_of_the_table(tries: list[tuple[str, Party]]) -> None:
    state = ONWARD_REFERRAL.evolve(None, help_offered())
    plain: list[str] = ["offered"]
    for what, by in tries:
        command: Any = taking_back(by) if what == "back" else taking(what, by)  # type: ignore[arg-type]  # a step
        consents = plain[-1] if what == "back" else what
        may = by == "trainee" or consents not in ("agreed", "declined")
        try:
            events = ONWARD_REFERRAL.decide(command, state, NOW)
        except DomainError:
            events = []
        for event in events:
            state = ONWARD_REFERRAL.evolve(state, event)
        if what == "back":
            plain = plain[:-1] if may and len(plain) > 1 else plain
        elif may and what in NEXT.get(plain[-1], ()):  # type: ignore[call-overload]  # a status
            plain.append(what)
        assert state is not None
        assert [step.status for step in state.steps] == plain


def test_the_row_says_whether_it_was_agreed_to() -> None:
    (row,) = rows(ONWARD_REFERRALS, help_offered(), step_taken("agreed"), step_taken("made"))
    assert isinstance(row, OnwardReferralRow)
    assert ([step[0] for step in row.steps], row.was_agreed) == (["offered", "agreed", "made"], True)
    (back,) = rows(ONWARD_REFERRALS, help_offered(), step_taken("agreed"), TAKEN_BACK)
    assert isinstance(back, OnwardReferralRow)
    assert not back.was_agreed
    assert len(rows(ONWARD_NOTES, step_taken("made", note="sealed: note"))) == 1


ASSESSOR = frozenset({"assessor"})
AS_ITS_TUTOR = frozenset({"tutor"})


@pytest.mark.parametrize(
    ("who", "assigned", "answer"),
    [
        (TRAINEE, NOBODY, "trainee"),
        (MENTOR, NOBODY, "mentor"),
        (HOST_LEAD, NOBODY, "lead"),
        (HOST_LEAD_WHO_MENTORS, NOBODY, "mentor"),
        (MENTOR, ASSESSOR, NotFound),
        (HOST_LEAD, ASSESSOR, NotFound),
        (HOST_LEAD, AS_ITS_TUTOR, NotFound),
        (TUTOR, AS_ITS_TUTOR, NotFound),
        (LEAD, NOBODY, NotFound),
        (OTHER_LEAD, NOBODY, NotFound),
        (OTHER_TRAINEE, NOBODY, NotFound),
    ],
)
def test_nobody_who_assesses_the_mentee_takes_part(who: Any, assigned: Any, answer: Any) -> None:
    assert outcome_of(policy.refers_on, who, RELATIONSHIP, RETURN, assigned) == answer
