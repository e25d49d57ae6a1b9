"""A referral, step by step; the table of all steps is in `test_transitions`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given as given_examples
from hypothesis import strategies as st

from services.referral.domain.referrals import (
    REFERRAL,
    Accept,
    Commands,
    ConsentGiven,
    Countersign,
    Events,
    GiveConsent,
    NeedsAnotherSignature,
    NotOpen,
    Redirect,
    Referral,
    ReferralAccepted,
    ReferralDeclined,
    ReferralMade,
    ReferralRedirected,
    ReferralRehomed,
    ReferralWithdrawn,
    Rehome,
    ReverseStep,
    StepReversed,
    Withdraw,
)
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.referral.states import (
    FOUR,
    JULY,
    JUNE,
    MAY,
    ONE,
    REFERRAL_COMMANDS,
    REFERRALS,
    REFERRED,
    THREE,
    TWO,
    referral_made,
)

pytestmark = pytest.mark.covers("R4")

AUGUST = date(2026, 8, 3)
ABOUT: dict[str, Any] = REFERRED | {"by": "lead", "happened_on": JULY}


def test_the_referrer_does_not_countersign() -> None:
    given(REFERRAL, *REFERRALS["referred"]).when(Countersign(by="referrer", on=JULY)).refused(NeedsAnotherSignature)


def test_a_redirection_names_exactly_one_destination() -> None:
    step: dict[str, Any] = {"reason": "words", "by": "lead", "on": JULY}
    both = Redirect(to_programme_id=ONE, to_referral_id=TWO, to_role="senco", **step)
    neither = Redirect(to_programme_id=None, to_referral_id=None, to_role=None, **step)
    for command in (both, neither):
        given(REFERRAL, *REFERRALS["referred"]).when(command).refused(Invalid, pointer="/to_role")
    given(REFERRAL, *REFERRALS["referred"]).when(
        Redirect(to_programme_id=FOUR, to_referral_id=TWO, to_role=None, **step)
    ).then(ReferralRedirected(to_programme_id=FOUR, to_referral_id=TWO, to_role=None, reason="words", **ABOUT))


def test_a_step_is_not_dated_before_the_previous_step() -> None:
    for command in (Accept(by="lead", on=MAY), Withdraw(by="lead", on=MAY, reason=None)):
        given(REFERRAL, *REFERRALS["countersigned"]).when(command).refused(Invalid, pointer="/on")


def test_after_a_merge_the_referral_goes_on_under_the_id_that_was_kept() -> None:
    rehomed = ReferralRehomed(was_of=THREE, **ABOUT | {"trainee_id": FOUR})
    given(REFERRAL, *REFERRALS["countersigned"]).when(Rehome(trainee_id=FOUR, by="lead", on=JULY)).then(rehomed)
    given(REFERRAL, *REFERRALS["countersigned"], rehomed).when(Rehome(trainee_id=FOUR, by="lead", on=JULY)).then()
    given(REFERRAL, *REFERRALS["countersigned"], rehomed).when(Accept(by="lead", on=JULY)).then(
        ReferralAccepted(**ABOUT | {"trainee_id": FOUR})
    )


def test_a_referral_made_before_consent_was_known_here_asks_for_a_countersignature_only() -> None:
    body = referral_made().model_dump(mode="json", include={"happened_on", "by", "purpose", "reasons", *REFERRED})
    assert ReferralMade.model_validate(body).countersignature is True
    assert ReferralMade.model_validate(body).consent is None


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (ReferralMade, "note"),
        (ReferralDeclined, "reason"),
        (ReferralRedirected, "reason"),
        (ReferralWithdrawn, "reason"),
    ],
)
def test_words_about_a_trainee_are_sealed_with_their_key(event: Any, field: str) -> None:
    assert personal_fields(event) == {field: "trainee_id"}


@pytest.mark.parametrize(
    ("events", "again", "otherwise"),
    [
        (
            (*REFERRALS["countersigned"], ReferralAccepted(mentor_hours_per_week=1.5, **ABOUT)),
            Accept(by="another lead", on=JULY, mentor_hours_per_week=1.5),
            [
                Accept(by="lead", on=JULY, mentor_hours_per_week=2),
                Accept(by="lead", on=JULY, priority="urgent", mentor_hours_per_week=1.5),
                Accept(by="lead", on=AUGUST, mentor_hours_per_week=1.5),
            ],
        ),
        (
            (*REFERRALS["referred"], ReferralWithdrawn(reason="sealed", **ABOUT)),
            Withdraw(by="lead", on=JULY, reason="words", on_record="words"),
            [
                Withdraw(by="lead", on=JULY, reason="other words", on_record="words"),
                Withdraw(by="lead", on=JULY, reason=None, on_record="words"),
                Withdraw(by="lead", on=AUGUST, reason="words", on_record="words"),
            ],
        ),
        (
            (*REFERRALS["asks_consent"], ConsentGiven(consent="parent", **ABOUT)),
            GiveConsent(by="lead", on=JULY),
            [GiveConsent(by="lead", on=AUGUST)],
        ),
        (REFERRALS["countersigned"], Countersign(by="lead", on=JUNE), [Countersign(by="lead", on=JULY)]),
    ],
    ids=["accept", "withdraw", "consent", "countersign"],
)
def test_a_step_that_was_taken_is_repeated_with_the_same_values_and_refused_with_others(
    events: Sequence[Events], again: Commands, otherwise: Sequence[Commands]
) -> None:
    given(REFERRAL, *events).when(again).then()
    for command in otherwise:
        assert "already" in given(REFERRAL, *events).when(command).refused(NotOpen).detail


STEPS = {name: command for name, command in REFERRAL_COMMANDS.items() if name not in ("refer", "reverse")}
NAMES = {
    "countersign": "countersignature",
    "give_consent": "consent",
    "refuse_consent": "consent_refusal",
    "accept": "acceptance",
    "decline": "refusal",
    "redirect": "redirection",
    "withdraw": "withdrawal",
}


@given_examples(
    st.sampled_from([None, "parent"]), st.booleans(), st.lists(st.sampled_from(sorted(STEPS) + ["reverse"] * 4))
)
def test_a_step_that_is_taken_back_leaves_the_referral_as_it_was_before(
    consent: Any, countersignature: bool, names: list[str]
) -> None:
    # the model is a stack of the states between the steps
    state = REFERRAL.evolve(Referral(), referral_made(consent=consent, countersignature=countersignature))
    steps: list[tuple[str, Referral]] = []
    for name in names:
        if name == "reverse":
            before, state = state, _reverse(state, steps[-1][0] if steps else "acceptance", bool(steps))
            expected = steps.pop()[1] if steps else before
            assert (state.status, state.consented, state.last_on) == (
                expected.status,
                expected.consented,
                expected.last_on,
            )
            assert state.before == expected.before
            continue
        outcome = decide_or_refuse(state, STEPS[name])
        if name != "rehome" and outcome:
            ends = name == "refuse_consent" and len(outcome) > 1
            steps.append(("withdrawal" if ends else NAMES[name], state))
        for event in outcome:
            state = REFERRAL.evolve(state, event)


def _reverse(state: Referral, step: Any, taken: bool) -> Referral:
    command = ReverseStep(step=step, reason="A wrong click.", by="lead", on=AUGUST)
    events = decide_or_refuse(state, command)
    assert bool(events) is taken
    for event in events:
        assert isinstance(event, StepReversed)
        state = REFERRAL.evolve(state, event)
        assert (event.status, event.consented, event.changed_on) == (state.status, state.consented, state.last_on)
    return state


def decide_or_refuse(state: Referral, command: Commands) -> Sequence[Events]:
    try:
        return REFERRAL.decide(command, state, datetime(2026, 9, 1, tzinfo=UTC))
    except DomainError:
        return ()


def test_only_the_last_step_is_taken_back_and_its_name_is_told() -> None:
    refused = given(REFERRAL, *REFERRALS["accepted"]).when(
        ReverseStep(step="countersignature", reason="words", by="lead", on=JULY)
    )
    assert "last step of this referral is its acceptance" in refused.refused(NotOpen).detail
