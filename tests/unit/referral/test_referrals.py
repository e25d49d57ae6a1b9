"""A referral, step by step; the table of all steps is in `test_transitions`."""

from typing import Any

import pytest

from services.referral.domain.referrals import (
    REFERRAL,
    Accept,
    Countersign,
    NeedsAnotherSignature,
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
from tests.unit.referral.states import FOUR, JULY, MAY, ONE, REFERRALS, REFERRED, THREE, TWO, made

pytestmark = pytest.mark.covers("R4")

ABOUT: dict[str, Any] = REFERRED | {"by": "lead", "happened_on": JULY}


def test_whoever_referred_does_not_countersign() -> None:
    given(REFERRAL, *REFERRALS["referred"]).when(Countersign(by="referrer", on=JULY)).refused(NeedsAnotherSignature)


def test_a_redirection_says_where_to_and_that_is_one_thing() -> None:
    step: dict[str, Any] = {"reason": "words", "by": "lead", "on": JULY}
    both = Redirect(to_programme_id=ONE, to_referral_id=TWO, to_role="senco", **step)
    neither = Redirect(to_programme_id=None, to_referral_id=None, to_role=None, **step)
    for command in (both, neither):
        given(REFERRAL, *REFERRALS["referred"]).when(command).refused(Invalid, pointer="/to_role")
    given(REFERRAL, *REFERRALS["referred"]).when(
        Redirect(to_programme_id=FOUR, to_referral_id=TWO, to_role=None, **step)
    ).then(ReferralRedirected(to_programme_id=FOUR, to_referral_id=TWO, to_role=None, reason="words", **ABOUT))


def test_a_step_does_not_lie_before_the_one_that_it_follows() -> None:
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
    body = made().model_dump(mode="json", include={"happened_on", "by", "purpose", "reasons", *REFERRED})
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
