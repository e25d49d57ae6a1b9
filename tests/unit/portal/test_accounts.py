"""An account is opened once, has the roles that were given, and ends in one act."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.portal.domain.accounts import (
    ACCOUNT,
    DEMONSTRATION,
    AccountClosed,
    AccountOfRecord,
    AccountOpened,
    AccountReopened,
    CloseAccount,
    Closed,
    EndRole,
    EndSignIns,
    GiveRole,
    IdentityLinked,
    LinkedAlready,
    LinkIdentity,
    NewRole,
    OpenAccount,
    OpenAccountOfRecord,
    ReopenAccount,
    RoleEnded,
    RoleGiven,
    RoleStep,
    SignInsEnded,
)
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import given

pytestmark = pytest.mark.covers("U11")
DAY = date(2026, 9, 1)
ACCOUNT_ID, GRANT, OTHER_GRANT = UUID(int=1), UUID(int=2), UUID(int=3)
OPENED = AccountOpened(account_id=ACCOUNT_ID, name="Amal", email="amal@example.org", by="lead", happened_on=DAY)


def giving(grant_id: UUID = GRANT, **role: Any) -> GiveRole:
    usual: dict[str, Any] = {"role": "tutor", "on": DAY, "why": "Joins us."}
    return GiveRole(account_id=ACCOUNT_ID, grant_id=grant_id, role=NewRole(**{**usual, **role}), by="lead")


def role_given(grant_id: UUID = GRANT, **role: Any) -> RoleGiven:
    usual: dict[str, Any] = {"role": "tutor", "schools": (), "until": None, "why": "Joins us.", "happened_on": DAY}
    return RoleGiven(account_id=ACCOUNT_ID, grant_id=grant_id, by="lead", **{**usual, **role})


def step(why: str = "Has left.") -> RoleStep:
    return RoleStep(on=DAY, why=why)


def test_an_invitation_opens_an_account_once() -> None:
    opening = OpenAccount(account_id=ACCOUNT_ID, name="Amal", email="amal@example.org", on=DAY, by="lead")
    given(ACCOUNT).when(opening).then(OPENED)
    given(ACCOUNT, OPENED).when(opening).then()


LINKED = IdentityLinked(account_id=ACCOUNT_ID, provider="school", happened_on=DAY)


@pytest.mark.covers("U1")
def test_an_account_is_linked_to_one_identity_until_a_lead_lets_the_person_begin_anew() -> None:
    def linking(provider: str) -> LinkIdentity:
        return LinkIdentity(account_id=ACCOUNT_ID, provider=provider, on=DAY)

    given(ACCOUNT, OPENED).when(linking("school")).then(LINKED)
    given(ACCOUNT, OPENED, LINKED).when(linking("trust")).refused(LinkedAlready)
    given(ACCOUNT, OPENED, LINKED).when(linking("school")).refused(LinkedAlready)
    ended = SignInsEnded(account_id=ACCOUNT_ID, unlinked=False, by="lead", happened_on=DAY)
    anew = SignInsEnded(account_id=ACCOUNT_ID, unlinked=True, by="lead", happened_on=DAY)
    for unlink, event in ((False, ended), (True, anew)):
        ending = EndSignIns(account_id=ACCOUNT_ID, unlink=unlink, on=DAY, by="lead")
        given(ACCOUNT, OPENED, LINKED).when(ending).then(event)
    given(ACCOUNT, OPENED, LINKED, ended).when(linking("trust")).refused(LinkedAlready)
    given(ACCOUNT, OPENED, LINKED, anew).when(linking("school")).then(LINKED)


@pytest.mark.covers("U1")
def test_being_anybody_in_a_demonstration_links_nobody() -> None:
    anybody = LinkIdentity(account_id=ACCOUNT_ID, provider=DEMONSTRATION, on=DAY)
    as_anybody = IdentityLinked(account_id=ACCOUNT_ID, provider=DEMONSTRATION, happened_on=DAY)
    given(ACCOUNT, OPENED, LINKED).when(anybody).then(as_anybody)
    linking = LinkIdentity(account_id=ACCOUNT_ID, provider="school", on=DAY)
    given(ACCOUNT, OPENED, as_anybody).when(linking).then(LINKED)


def test_somebody_with_a_record_gets_an_account_when_they_first_sign_in() -> None:
    opening = OpenAccountOfRecord(account_id=ACCOUNT_ID, on=DAY)
    first = AccountOfRecord(account_id=ACCOUNT_ID, happened_on=DAY)
    given(ACCOUNT).when(opening).then(first)
    given(ACCOUNT, first).when(opening).then()
    given(ACCOUNT, first).when(LinkIdentity(account_id=ACCOUNT_ID, provider="local", on=DAY)).then(
        IdentityLinked(account_id=ACCOUNT_ID, provider="local", happened_on=DAY)
    )


def test_a_role_is_given_once() -> None:
    given(ACCOUNT, OPENED).when(giving()).then(role_given())
    given(ACCOUNT, OPENED, role_given()).when(giving(OTHER_GRANT)).then()
    given(ACCOUNT, OPENED, role_given()).when(giving(OTHER_GRANT, until=date(2026, 12, 31))).then(
        role_given(OTHER_GRANT, until=date(2026, 12, 31))
    )


def test_a_school_lead_has_schools_and_nobody_else() -> None:
    given(ACCOUNT, OPENED).when(giving(role="school_lead", schools=("990002", "990001"))).then(
        role_given(role="school_lead", schools=("990001", "990002"))
    )
    given(ACCOUNT, OPENED).when(giving(role="school_lead")).refused(Invalid, pointer="/schools")
    given(ACCOUNT, OPENED).when(giving(schools=("990001",))).refused(Invalid, pointer="/schools")


def test_the_last_day_of_a_role_does_not_lie_before_the_first() -> None:
    given(ACCOUNT, OPENED).when(giving(until=date(2026, 8, 31))).refused(Invalid, pointer="/until")


def test_a_role_ends_once() -> None:
    ending = EndRole(account_id=ACCOUNT_ID, grant_id=GRANT, step=step(), by="lead")
    ended = RoleEnded(account_id=ACCOUNT_ID, grant_id=GRANT, why="Has left.", by="lead", happened_on=DAY)
    given(ACCOUNT, OPENED, role_given()).when(ending).then(ended)
    given(ACCOUNT, OPENED, role_given(), ended).when(ending).then()
    given(ACCOUNT, OPENED).when(ending).refused(NotFound)


def test_a_leavers_account_takes_nothing_until_it_is_opened_again() -> None:
    closing = CloseAccount(account_id=ACCOUNT_ID, step=step(), by="lead")
    reopening = ReopenAccount(account_id=ACCOUNT_ID, step=step("Is back."), by="lead")
    closed = AccountClosed(account_id=ACCOUNT_ID, why="Has left.", by="lead", happened_on=DAY)
    reopened = AccountReopened(account_id=ACCOUNT_ID, why="Is back.", by="lead", happened_on=DAY)
    given(ACCOUNT, OPENED, role_given()).when(closing).then(closed)
    given(ACCOUNT, OPENED, role_given(), closed).when(closing).then()
    given(ACCOUNT, OPENED, closed).when(giving()).refused(Closed)
    given(ACCOUNT, OPENED, closed).when(LinkIdentity(account_id=ACCOUNT_ID, provider="local", on=DAY)).refused(Closed)
    given(ACCOUNT, OPENED, role_given(), closed).when(reopening).then(reopened)
    given(ACCOUNT, OPENED, reopened).when(reopening).then()
    given(ACCOUNT, OPENED, role_given(), closed, reopened).when(giving(OTHER_GRANT)).then(role_given(OTHER_GRANT))
    given(ACCOUNT).when(closing).refused(NotFound)
