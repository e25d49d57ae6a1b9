"""Several leads run rounds at the same moment: no hour and no place is given out twice."""

import asyncio
from collections import Counter

import pytest

from tests.integration.matching.partnership import (
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)


@pytest.mark.covers("M1")
async def test_rounds_at_once_never_give_out_a_place_or_an_hour_twice(partnership: Partnership) -> None:
    programmes = [a_programme() for _ in range(3)]
    trainees = [a_trainee() for _ in range(9)]
    mentors = {mentor.mentor_id: mentor for mentor in (a_mentor("900001", hours=3), a_mentor("900002", hours=4.5))}
    offers = {offer.offer_id: offer for offer in (an_offer("900001", places=3), an_offer("900002", places=2))}
    await partnership.hears(
        *programmes, a_school("900001"), a_school("900002"), *mentors.values(), *offers.values(), *trainees,
        *(referral_accepted(programmes[nth % 3], trainee) for nth, trainee in enumerate(trainees)),
    )  # fmt: skip

    answers = await asyncio.gather(*(partnership.round(programme) for programme in programmes * 2))

    assert {answer.status_code for answer in answers} <= {201, 409}, [answer.text for answer in answers]
    last = max(answers, key=lambda answer: int(answer.headers.get("Alongside-Position", 0)))
    pairs = await partnership.read("/pairs", after=last)
    places = Counter(pair["offer_id"] for pair in pairs)
    given = Counter(pair["mentor_id"] for pair in pairs)
    assert all(places[str(offer_id)] <= offer.places for offer_id, offer in offers.items())
    assert all(given[str(mentor_id)] * 1.5 <= mentor.capacity_hours for mentor_id, mentor in mentors.items())
    assert max(Counter(pair["trainee_id"] for pair in pairs).values()) == 1
    # and none is lost either: two by hours at the first school, two by places at the second
    assert len(pairs) == 4


async def test_of_two_rounds_for_the_same_people_one_proposes(partnership: Partnership) -> None:
    programme, trainee = a_programme(), a_trainee()
    await partnership.hears(
        programme, a_school("900001"), a_mentor("900001", hours=6), an_offer("900001", places=4), trainee,
        referral_accepted(programme, trainee),
    )  # fmt: skip

    answers = await asyncio.gather(*(partnership.round(programme) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {
        "urn:alongside:problem:nobody-waits"
    }


async def test_the_same_key_sent_at_once_has_one_effect_and_equal_answers(partnership: Partnership) -> None:
    programme, trainee = a_programme(), a_trainee()
    await partnership.hears(
        programme,
        a_school("900001"),
        a_mentor("900001"),
        an_offer("900001"),
        trainee,
        referral_accepted(programme, trainee),
    )
    lead = partnership.lead()

    answers = await asyncio.gather(
        *(partnership.round(programme, **lead, **{"Idempotency-Key": "once"}) for _ in range(6))
    )

    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({answer.text for answer in answers}) == 1
    assert len(await partnership.read("/pairs", after=answers[0])) == 1


@pytest.mark.covers("M1")
async def test_a_round_waits_until_the_round_before_it_can_be_seen(partnership: Partnership) -> None:
    one, other = a_programme(), a_programme()
    first, second = a_trainee(), a_trainee()
    await partnership.hears(
        one, other, a_school("900001"), a_mentor("900001"), an_offer("900001", places=2), first, second,
        referral_accepted(one, first), referral_accepted(other, second),
    )  # fmt: skip

    async with partnership.hold_back("pairs"):
        assert (await partnership.round(one)).json()["placed"] == 1
        waiting = asyncio.create_task(partnership.round(other))
        assert await asyncio.wait({waiting}, timeout=0.5) == (set(), {waiting})

    assert (await waiting).json().items() >= {"placed": 0, "unplaced": 1}.items()
