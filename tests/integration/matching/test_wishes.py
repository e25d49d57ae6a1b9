"""Wishes, vetoes and choices, from those who say them to the round that goes by them."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.events import referral
from tests.integration.matching.partnership import (
    JULY,
    RULES,
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)

pytestmark = pytest.mark.covers("M5")
WISHING = RULES.model_copy(update={"weights": {"travel": 1, "wishes": 50}})


class Season:
    """Two schools, the nearer one first, each with a mentor and a place; one trainee who waits."""

    def __init__(self, partnership: Partnership) -> None:
        self.partnership = partnership
        self.programme = a_programme(WISHING)
        self.near, self.far = a_mentor("900001", hours=3), a_mentor("900002", hours=3)
        self.trainee = a_trainee()

    async def prepare(self) -> "Season":
        await self.partnership.hears(
            self.programme, a_school("900001"), a_school("900002", easting=410_000), self.near, self.far,
            an_offer("900001"), an_offer("900002"), self.trainee, referral_accepted(self.programme, self.trainee),
        )  # fmt: skip
        return self

    async def says(self, what: str, *names: object, who: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        """State wishes, vetoes or choices; as the trainee if `who` is not given."""
        headers = who or self.partnership.trainee(self.trainee.trainee_id)
        body = {"names": [str(name) for name in names], "on": "2026-07-09", **body}
        answer = await self.partnership.platform["matching"].put(f"/{what}", json=body, headers=headers)
        if answer.status_code == 200:
            await self.partnership.read("/pairs", after=answer)
        return answer

    async def mentor_of_the_round(self) -> UUID | None:
        """With whom the trainee is placed."""
        pairs = (await self.partnership.solve_round(self.programme))["pairs"]
        return UUID(pairs[0]["mentor_id"]) if pairs else None


@pytest.fixture
async def season(partnership: Partnership) -> Season:
    return await Season(partnership).prepare()


async def test_without_a_word_the_nearer_school_is_it(season: Season) -> None:
    assert await season.mentor_of_the_round() == season.near.mentor_id


async def test_a_wish_outweighs_the_way(season: Season) -> None:
    said = await season.says("wishes", season.far.mentor_id, "900001")
    assert (said.status_code, said.json()["names"]) == (200, [str(season.far.mentor_id), "900001"])
    assert await season.mentor_of_the_round() == season.far.mentor_id


async def test_a_mentors_wish_passed_on_by_the_lead_decides_who_comes_and_is_read_by_both(season: Season) -> None:
    nearer = a_trainee(easting=409_000)
    await season.partnership.hears(nearer, referral_accepted(season.programme, nearer))
    mentor = season.partnership.mentor(season.far.mentor_id)
    answer = await season.says(
        "wishes", season.trainee.trainee_id, who=season.partnership.lead(), person_id=str(season.far.mentor_id)
    )
    assert answer.status_code == 200
    own = await season.partnership.read("/wishes", who=mentor, after=answer)
    wanted = {"person_id": str(season.far.mentor_id), "names": None, "passed_on": [str(season.trainee.trainee_id)]}
    assert own == wanted
    assert await season.partnership.read(f"/wishes?person_id={season.far.mentor_id}") == wanted
    pairs = (await season.partnership.solve_round(season.programme))["pairs"]
    assert {pair["trainee_id"]: pair["mentor_id"] for pair in pairs} == {
        str(season.trainee.trainee_id): str(season.far.mentor_id),
        str(nearer.trainee_id): str(season.near.mentor_id),
    }


async def test_a_veto_of_either_side_holds_and_nobody_else_reads_it(season: Season) -> None:
    assert (await season.says("vetoes", season.near.mentor_id)).status_code == 200
    far = season.partnership.mentor(season.far.mentor_id)
    answer = await season.says("vetoes", season.trainee.trainee_id, who=far)

    solved = await season.partnership.solve_round(season.programme)
    (left,) = solved["unplaced_trainees"]
    assert (solved["pairs"], left["reason"], left["remedies"]) == ([], "mentors_barred", [])
    # neither a name nor that there is a veto: what is said is the same as after a refusal
    assert not any(str(mentor.mentor_id) in str(solved) for mentor in (season.near, season.far))
    assert (await season.partnership.read("/vetoes", who=far, after=answer))["names"] == [
        str(season.trainee.trainee_id)
    ]
    other_side = await season.partnership.read("/vetoes", who=season.partnership.mentor(season.near.mentor_id))
    assert (other_side["names"], other_side["passed_on"]) == (None, None)
    service = season.partnership.platform["matching"]
    assert (await service.get("/vetoes", headers=season.partnership.lead())).status_code == 403
    named = await service.get(f"/vetoes?person_id={season.trainee.trainee_id}", headers=season.partnership.lead())
    assert named.json()["detail"] == "There is no parameter person_id at this address, which has none."
    waiting = await season.partnership.read("/candidates?status=waiting")
    assert [row["reason"] for row in waiting] == ["mentors_barred"]


async def test_who_was_wished_for_is_ruled_out_once_the_wish_is_taken_back_and_the_other_way_round(
    season: Season,
) -> None:
    near = season.near.mentor_id
    for first, second, where in (
        ("wishes", "vetoes", "among the wishes or choices"),
        ("vetoes", "wishes", "among the vetoes"),
    ):
        assert (await season.says(first, near)).status_code == 200
        refused = await season.says(second, near)
        assert (refused.status_code, refused.json()["detail"]) == (
            422, f"This name is {where}; remove it there first.",
        )  # fmt: skip
        assert (await season.says(first)).status_code == 200
        assert (await season.says(second, near)).status_code == 200
        assert (await season.says(second)).status_code == 200


async def test_a_lead_cannot_undo_a_veto_that_they_may_not_read(season: Season) -> None:
    await season.says("vetoes", season.near.mentor_id)
    await season.says("vetoes", who=season.partnership.lead(), person_id=str(season.trainee.trainee_id))
    assert await season.mentor_of_the_round() == season.far.mentor_id


async def test_two_who_chose_each_other_are_a_pair_and_one_alone_is_not(season: Season) -> None:
    far = season.partnership.mentor(season.far.mentor_id)
    await season.says("choices", season.trainee.trainee_id, who=far)
    await season.says("choices", season.far.mentor_id)
    assert await season.mentor_of_the_round() == season.far.mentor_id


async def test_a_choice_that_a_rule_bars_does_not_stand(season: Season) -> None:
    await season.says("choices", season.trainee.trainee_id, who=season.partnership.mentor(season.far.mentor_id))
    await season.says("choices", season.far.mentor_id)
    family = referral.Related(other_id=season.trainee.trainee_id, kind="family")
    await season.partnership.hears(
        referral.RelationsRecorded(happened_on=JULY, mentor_id=season.far.mentor_id, relations=(family,))
    )
    assert await season.mentor_of_the_round() == season.near.mentor_id


async def test_wishes_of_a_merged_record_hold_for_the_kept_record(season: Season) -> None:
    await season.says("vetoes", season.near.mentor_id)
    kept = season.trainee.model_copy(update={"trainee_id": uuid4()})
    await season.partnership.hears(
        kept,
        referral.PeopleMerged(
            happened_on=JULY, merged_id=season.trainee.trainee_id, kept_id=kept.trainee_id, kind="trainee"
        ),
    )
    assert await season.mentor_of_the_round() == season.far.mentor_id
    own = await season.partnership.read("/vetoes", who=season.partnership.trainee(kept.trainee_id))
    assert own["names"] == [str(season.near.mentor_id)]


async def test_an_erased_person_states_no_wishes_and_their_wishes_are_gone(season: Season) -> None:
    await season.says("wishes", season.far.mentor_id)
    await season.partnership.hears(referral.PersonErased(happened_on=JULY, person_id=season.trainee.trainee_id))
    assert (await season.partnership.read(f"/wishes?person_id={season.trainee.trainee_id}"))["names"] is None
    assert (await season.says("wishes", season.near.mentor_id)).status_code == 410
    far = season.partnership.mentor(season.far.mentor_id)
    refused = await season.says("wishes", season.trainee.trainee_id, who=far)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/names/0")


@pytest.mark.parametrize("what", ["wishes", "vetoes", "choices"])
async def test_stating_wishes_for_somebody_else_is_refused(season: Season, what: str) -> None:
    other = {"person_id": str(season.near.mentor_id)}
    tutor = season.partnership.platform.bearer("tutor", tenant=season.partnership.tenant)
    school = season.partnership.school_lead("900001")
    for who, body in ((None, other), (tutor, {}), (school, other)):
        assert (await season.says(what, season.far.mentor_id, who=who, **body)).status_code == 403
    reading = await season.partnership.platform["matching"].get(
        f"/wishes?person_id={season.near.mentor_id}", headers=season.partnership.trainee(season.trainee.trainee_id)
    )
    assert reading.status_code == 403
    assert await season.partnership.fetch("select 1 from said where tenant = $1", season.partnership.tenant) == []


@pytest.mark.parametrize("what", ["wishes", "vetoes", "choices"])
async def test_a_bad_list_is_refused_with_what_to_do_and_nothing_is_stored(season: Season, what: str) -> None:
    far, on = str(season.far.mentor_id), "2026-07-09"
    cases: list[tuple[dict[str, Any], str]] = [
        ({"on": on}, "/names"),
        ({"names": far, "on": on}, "/names"),
        ({"names": [far]}, "/on"),
        ({"names": [far], "on": "tomorrow"}, "/on"),
        ({"names": [far], "on": on, "because": "no"}, "/because"),
        ({"names": [7], "on": on}, "/names/0"),
        ({"names": ["x" * 41], "on": on}, "/names/0"),
        ({"names": ["somebody kind"], "on": on}, "/names/0"),
        ({"names": [str(uuid4())], "on": on}, "/names/0"),
        ({"names": [str(season.trainee.trainee_id)], "on": on}, "/names/0"),
        ({"names": ["900009"], "on": on}, "/names/0"),
        ({"names": [far], "on": on, "person_id": "me"}, "/person_id"),
        ({"names": [str(uuid4()) for _ in range(11)], "on": on}, "/names"),
    ]
    if what != "choices":
        cases.append(({"names": [far, far], "on": on}, "/names/1"))
    trainee = season.partnership.trainee(season.trainee.trainee_id)
    for body, pointer in cases:
        answer = await season.partnership.platform["matching"].put(f"/{what}", json=body, headers=trainee)
        assert answer.status_code == 422, (body, answer.text)
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer], body
        assert all(error["detail"] for error in answer.json()["errors"])
    unsaid = await season.partnership.platform["matching"].put(
        f"/{what}", json={"names": [far], "on": on}, headers=season.partnership.lead()
    )
    assert (unsaid.status_code, unsaid.json()["errors"][0]["pointer"]) == (422, "/person_id")
    stored = await season.partnership.fetch(
        "select 1 from streams where tenant = $1 and stream like 'wishes-%'", season.partnership.tenant
    )
    assert stored == []
