"""A referral, step by step; the table of all steps is in `test_transitions`."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

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
    ReferralAccepted,
    ReferralDeclined,
    ReferralMade,
    ReferralRedirected,
    ReferralRehomed,
    ReferralWithdrawn,
    Rehome,
    Withdraw,
)
from shared.kernel.decider import Invalid
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.referral.states import FOUR, JULY, JUNE, MAY, ONE, REFERRALS, REFERRED, THREE, TWO, referral_made

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
