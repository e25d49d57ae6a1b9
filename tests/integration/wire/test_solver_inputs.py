"""What somebody sets in referral, over HTTP or by a file, changes the result of a round of matching."""

from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Partnership
from tests.integration.referral.requests import open_programme, post_ok
from tests.support.people_files import MENTOR, TRAINEE, sheet
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("M1", "M2", "M3", "M8", "R3")

SCHOOL, OTHER_SCHOOL = "990001", "990002"
ROUND_ON = "2026-07-10"


def identity_cells(reference: str, column: str) -> dict[str, str]:
    """Return the cells that identify a person: a reference in this column, and an email address."""
    return {column: reference, "email": f"{reference}@example.org"}


@dataclass
class Season:
    """A partnership with its schools and a programme, and what its lead sets."""

    ours: Partnership
    programme_id: str = ""
    people: dict[str, str] = field(default_factory=dict)

    async def prepare(self) -> "Season":
        await self.ours.import_file("schools", partnership.SCHOOLS.read_bytes())
        self.programme_id = await open_programme(self.ours)
        return self

    async def mentor(self, reference: str = "M-1", **cells: str) -> None:
        await self._record("mentors", MENTOR | identity_cells(reference, "staff_reference") | cells, reference)

    async def trainee(self, reference: str = "T-1", **cells: str) -> None:
        await self._record("trainees", TRAINEE | identity_cells(reference, "provider_trainee_id") | cells, reference)

    async def _record(self, kind: str, row: dict[str, str], reference: str) -> None:
        done = await self.ours.import_file(kind, sheet(row))
        self.people[reference] = (await self.ours.people_by_reference(done["position"]))[reference]["person_id"]

    async def offer(self, places: int = 2, urn: str = SCHOOL, **terms: Any) -> None:
        body = {"school_urn": urn, "subject": "physics", "phase": "secondary", "places": places, "on": "2026-07-01"}
        await post_ok(self.ours, "/offers", starts_on="2026-09-14", ends_on="2026-12-18", **body | terms)

    async def refer_trainee(self, reference: str = "T-1", **acceptance: Any) -> None:
        """Refer a trainee, countersign and accept; `proposed` is the priority that the referral asks for.

        A `send_placement` is asked for by the referral too.
        """
        about = {"purpose": "induction", "reasons": ["general_placement"], "on": "2026-07-02"}
        proposed = {"priority": acceptance.pop("proposed")} if "proposed" in acceptance else {}
        if "send_placement" in acceptance:
            proposed["send_placement"] = acceptance.pop("send_placement")
        person = {"programme_id": self.programme_id, "trainee_id": self.people[reference]}
        made = await post_ok(self.ours, "/referrals", **person, **about, **proposed)
        where = f"/referrals/{made['referral_id']}"
        await post_ok(self.ours, f"{where}/countersignature", self.ours.bearer("tutor"), on="2026-07-02")
        await post_ok(self.ours, f"{where}/acceptance", on="2026-07-03", **acceptance)

    async def usual(self, mentor: dict[str, str] | None = None, trainee: dict[str, str] | None = None) -> "Season":
        """One mentor, an offer of two places, and one trainee who waits."""
        await self.mentor(**(mentor or {}))
        await self.trainee(**(trainee or {}))
        await self.offer()
        return self

    async def rule(self, setting: str, value: object) -> None:
        body = {"setting": setting, "value": value, "effective_from": "2026-07-05", "on": "2026-07-05"}
        await post_ok(self.ours, f"/programmes/{self.programme_id}/overrides", **body)

    async def put(self, path: str, **body: Any) -> None:
        answer = await self.ours.http.put(path, json=body, headers=self.ours.lead)
        assert answer.status_code == 200, answer.text

    async def limit(self, scope: str, places: int | None, **place: str) -> None:
        body = {"scope": scope, "academic_year": "2026/27", "places": places, "on": "2026-07-05"}
        await self.put("/hosting-limits", **body | place)

    async def comes_to(self, **expected: str) -> None:
        """Wait until a round would give each trainee (T_1) this mentor or leave them out for this reason."""
        wanted = {name.replace("_", "-"): to for name, to in expected.items()}
        last: dict[str, str] = {}
        looked_at = -1

        async def it_does() -> bool:
            nonlocal looked_at
            known = await self._count_known_events()
            if known is None or (known == looked_at and "refused" not in last):
                return False  # nothing can be seen that could not be seen at the last look
            looked_at = known
            last.clear()
            last.update(await self._result())
            return last == wanted

        try:
            await eventually(it_does, within=60)
        except AssertionError:
            raise AssertionError(f"{last} and not {wanted}") from None

    async def _count_known_events(self) -> int | None:
        """Count the events of matching but those of its rounds; return None while its read models are behind."""
        connection = await asyncpg.connect(self.ours.platform.urls["matching"]["worker"])
        try:
            # in one statement: an event that came between two would count as seen
            known: int | None = await connection.fetchval(
                """select count(*) filter (where tenant = $1 and stream not like 'round-%') from events
                   having max(position) <=
                          (select min(position) from cursors c join read_models r on c.name = r.name || '@' || r.version
                           where r.live)""",
                self.ours.tenant,
            )
            return known
        finally:
            await connection.close()

    async def _result(self) -> dict[str, str]:
        """The result of a scenario, which changes nothing; empty as long as there is nobody to match."""
        matching, lead = self.ours.platform["matching"], self.ours.lead
        body = {"programme_id": self.programme_id, "on": ROUND_ON, "name": "A try", "variant": {}}
        answer = await matching.post("/scenarios", json=body, headers=lead)
        if answer.status_code != 201:
            return {"refused": answer.text}
        seen = lead | self.ours.platform.after_own_commands("matching")
        answer = await matching.get(f"/rounds/{answer.json()['round_id']}", headers=seen)
        if answer.status_code != 200:
            return {"refused": answer.text}
        found = answer.json()
        names = {person_id: reference for reference, person_id in self.people.items()}
        placed = {names[pair["trainee_id"]]: names[pair["mentor_id"]] for pair in found["pairs"]}
        return placed | {names[trainee["trainee_id"]]: trainee["reason"] for trainee in found["unplaced_trainees"]}


@pytest.fixture
async def season(platform: Platform) -> Season:
    """A partnership of its own with a programme of initial training."""
    return await Season(Partnership.new(platform)).prepare()


async def test_qualified_teacher_status_counts_where_the_programme_asks_for_it(season: Season) -> None:
    await (await season.usual()).refer_trainee()
    await season.comes_to(T_1="M-1")
    await season.rule("readiness.qts", True)
    await season.comes_to(T_1="no_mentor_ready")
    await season.mentor(has_qts="yes")
    await season.comes_to(T_1="M-1")
    await season.mentor(has_qts="no")
    await season.comes_to(T_1="no_mentor_ready")


async def test_a_situation_that_both_share_decides_between_mentors(season: Season) -> None:
    await (await season.usual(trainee={"situation": "returner"})).refer_trainee()
    await season.rule("weights.likeness", 100)
    await season.mentor("M-2", situation="returner")
    await season.comes_to(T_1="M-2")
    await season.mentor(situation="returner")
    await season.mentor("M-2", situation="none")
    await season.comes_to(T_1="M-1")
    await season.mentor("M-2", situation="part_time")
    await season.trainee(situation="part_time")
    await season.comes_to(T_1="M-2")


async def test_a_mentor_is_where_the_schools_and_days_say(season: Season) -> None:
    await (await season.usual()).refer_trainee()
    await season.comes_to(T_1="M-1")
    where = f"/people/{season.people['M-1']}/schools"
    for periods, result in (
        ([{"school_urn": SCHOOL, "ends_on": "2026-12-01"}], "no_mentor_in_dates"),
        ([{"school_urn": SCHOOL, "starts_on": "2026-10-01"}], "no_mentor_in_dates"),
        ([{"school_urn": OTHER_SCHOOL}], "no_mentor_in_subject"),
        ([{"school_urn": OTHER_SCHOOL}, {"school_urn": SCHOOL, "starts_on": "2026-09-01"}], "M-1"),
    ):
        await season.put(where, periods=periods, on="2026-07-04")
        await season.comes_to(T_1=result)


async def test_a_second_school_in_a_mentors_file_is_a_place_to_mentor_at(season: Season) -> None:
    await season.mentor(school_urn="990003", other_schools=f"{SCHOOL} from 1/9/2026")
    await season.trainee()
    await season.offer()
    await season.refer_trainee()
    await season.comes_to(T_1="M-1")


@pytest.mark.parametrize("course", [{"course_starts_on": "2026-10-01"}, {"course_ends_on": "2026-12-01"}])
async def test_a_placement_lies_within_the_course(season: Season, course: dict[str, str]) -> None:
    await (await season.usual()).refer_trainee()
    await season.comes_to(T_1="M-1")
    await season.trainee(**course)
    await season.comes_to(T_1="no_offer_in_dates")


async def test_a_trainee_is_placed_where_a_key_stage_of_their_course_is_taught(season: Season) -> None:
    await season.mentor()
    await season.trainee(year_groups="KS3")
    await season.offer(key_stages=["key_stage_4"])
    await season.refer_trainee()
    await season.comes_to(T_1="no_offer_in_phase")
    await season.trainee(year_groups="KS3;KS4")
    await season.comes_to(T_1="M-1")


async def test_a_place_in_special_provision_is_for_those_who_were_referred_for_one(season: Season) -> None:
    await season.mentor()
    await season.trainee()
    await season.offer()
    await season.refer_trainee(send_placement=True)
    await season.comes_to(T_1="no_offer_in_phase")
    await season.offer(send_placement=True)
    await season.comes_to(T_1="M-1")


async def test_a_course_has_as_many_schools_as_the_programme_asks_while_placements_are_left(season: Season) -> None:
    await (await season.usual(trainee={"placements_left": "2"})).refer_trainee()
    await season.ours.import_file("placements", sheet({"provider_trainee_id": "T-1", "school_urn": SCHOOL}))
    await season.comes_to(T_1="schools_barred")
    await season.rule("placements.same_school_again", True)
    await season.comes_to(T_1="M-1")
    await season.trainee(placements_left="1")
    await season.comes_to(T_1="schools_barred")
    await season.rule("placements.schools_at_least", 1)
    await season.comes_to(T_1="M-1")


@pytest.mark.parametrize(("first", "second"), [("T-1", "T-2"), ("T-2", "T-1")])
async def test_the_urgent_are_placed_first_and_the_flexible_last(season: Season, first: str, second: str) -> None:
    await season.usual()
    await season.trainee("T-2")
    await season.offer(places=1)
    await season.refer_trainee(first, proposed="urgent")
    await season.refer_trainee(second)
    await season.comes_to(**{first.replace("-", "_"): "M-1", second.replace("-", "_"): "places_taken"})


@pytest.mark.parametrize(("first", "second"), [("T-1", "T-2"), ("T-2", "T-1")])
async def test_the_person_who_accepts_a_referral_sets_its_priority(season: Season, first: str, second: str) -> None:
    await season.usual()
    await season.trainee("T-2")
    await season.offer(places=1)
    await season.refer_trainee(first)
    await season.refer_trainee(second, proposed="urgent", priority="flexible")
    await season.comes_to(**{first.replace("-", "_"): "M-1", second.replace("-", "_"): "places_taken"})


@pytest.mark.parametrize(("hours", "result"), [(3.0, "M-1"), (3.5, "mentor_hours_taken")])
async def test_a_trainee_takes_the_hours_that_the_acceptance_says(season: Season, hours: float, result: str) -> None:
    await season.usual()
    await season.refer_trainee(mentor_hours_per_week=hours)
    await season.comes_to(T_1=result)


@pytest.mark.parametrize(
    ("scope", "place"),
    [
        ("department", {"school_urn": SCHOOL, "subject": "physics"}),
        ("school", {"school_urn": SCHOOL}),
        ("trust", {}),
    ],
)
async def test_a_limit_on_hosting_holds_until_it_is_taken_away(
    season: Season, scope: str, place: dict[str, str]
) -> None:
    await (await season.usual()).refer_trainee()
    await season.comes_to(T_1="M-1")
    if scope == "trust":
        schools = await season.ours.get("/schools")
        place = {"trust_code": next(school["trust_code"] for school in schools if school["urn"] == SCHOOL)}
    await season.limit(scope, 0, **place)
    await season.comes_to(T_1="places_taken")
    await season.limit(scope, None, **place)
    await season.comes_to(T_1="M-1")
