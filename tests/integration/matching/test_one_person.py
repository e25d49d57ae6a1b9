"""Two records of one person, a record that was a mistake, and a referral that was taken back."""

import pytest

from shared.events import referral
from tests.integration.matching.partnership import (
    JULY,
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)
from tests.support.services import eventually, publish_events

pytestmark = pytest.mark.covers("R7")


def people_merged(one: object, into: object, kind: str) -> referral.PeopleMerged:
    return referral.PeopleMerged.model_validate({"happened_on": JULY, "merged_id": one, "kept_id": into, "kind": kind})


async def test_a_merged_candidate_is_matched_under_the_kept_record(partnership: Partnership) -> None:
    programme, double, trainee = a_programme(), a_trainee(), a_trainee()
    await partnership.hears(
        programme, a_school("900001"), a_mentor("900001"), an_offer("900001"), double, trainee,
        referral_accepted(programme, double),
    )  # fmt: skip
    await partnership.hears(people_merged(double.trainee_id, trainee.trainee_id, "trainee"))

    (pair,) = (await partnership.solve_round(programme))["pairs"]
    assert pair["trainee_id"] == str(trainee.trainee_id)


async def test_a_pair_of_a_merged_mentor_is_answered_and_counted_under_the_one_that_was_kept(
    partnership: Partnership,
) -> None:
    programme, first, second = a_programme(), a_trainee(), a_trainee()
    double, mentor = a_mentor("900001"), a_mentor("900001")
    await partnership.hears(
        programme, a_school("900001"), double, an_offer("900001"), first, second, referral_accepted(programme, first)
    )
    (pair,) = (await partnership.solve_round(programme))["pairs"]
    await partnership.hears(mentor, people_merged(double.mentor_id, mentor.mentor_id, "mentor"))

    found = await partnership.read("/pairs", who=partnership.mentor(mentor.mentor_id))
    assert [each["pair_id"] for each in found] == [pair["pair_id"]]
    answer = await partnership.answers(pair, "acceptance", partnership.mentor(mentor.mentor_id))
    assert answer.json()["accepted_by"] == ["mentor"]

    # one person has one stretch of hours: the second trainee finds none left
    await partnership.hears(referral_accepted(programme, second))
    solved = await partnership.solve_round(programme)
    assert (solved["pairs"], solved["unplaced"]) == ([], 1)


async def test_a_trainee_whose_referral_is_withdrawn_waits_no_more(partnership: Partnership) -> None:
    programme, trainee = a_programme(), a_trainee()
    made = referral_accepted(programme, trainee)
    await partnership.hears(programme, a_school("900001"), a_mentor("900001"), an_offer("900001"), trainee, made)
    gone = referral.ReferralWithdrawn(**made.model_dump())
    await partnership.hears(gone)
    assert (await partnership.round(programme)).status_code == 409


async def test_a_mentor_whose_registration_was_undone_is_unknown_until_recorded_again(partnership: Partnership) -> None:
    programme, trainee, mentor = a_programme(), a_trainee(), a_mentor("900001")
    await partnership.hears(
        programme, a_school("900001"), mentor, an_offer("900001"), trainee, referral_accepted(programme, trainee)
    )
    undone = referral.RegistrationUndone(happened_on=JULY, person_id=mentor.mentor_id)

    async def mentors() -> int:
        ready = await partnership.read(f"/readiness?programme_id={programme.programme_id}")
        return int(ready["mentors"])

    async def nobody() -> bool:
        return await mentors() == 0

    async def again() -> bool:
        return await mentors() == 1

    assert await mentors() == 1
    await publish_events(partnership.platform, "referral", partnership.tenant, f"person-{mentor.mentor_id}", undone)
    await eventually(nobody)
    await publish_events(partnership.platform, "referral", partnership.tenant, f"person-{mentor.mentor_id}", mentor)
    await eventually(again)
