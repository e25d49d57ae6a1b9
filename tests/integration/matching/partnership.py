"""A small partnership as referral would tell of it, and the requests that its people make of matching."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from shared.events import PublicEvent, referral
from shared.events.words import Phase
from tests.support.services import Platform, eventually, publish_events

JULY = date(2026, 7, 1)
RULES = referral.ProgrammeRules(
    edition="2026-1",
    mentor_hours_per_trainee_week=1.5,
    meetings_per_week=1,
    targets_per_meeting=3,
    assessor_is_not_mentor=True,
    assessments=("interim", "final"),
    weights={"travel": 1, "volunteers_first": 10},
)


def a_programme(rules: referral.ProgrammeRules = RULES) -> referral.ProgrammeOpened:
    return referral.ProgrammeOpened(
        happened_on=JULY,
        programme_id=uuid4(),
        template="ite-placement",
        title="Initial teacher education placement",
        academic_year="2026/27",
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 7, 31),
        rules=rules,
    )


def a_school(urn: str, *, easting: int | None = 400_000) -> referral.SchoolRecorded:
    return referral.SchoolRecorded(
        happened_on=JULY, urn=urn, name=f"School {urn}", phases=("secondary",), easting=easting, northing=430_000
    )


def a_mentor(
    urn: str, *, hours: float = 1.5, subject: str = "physics", volunteer: bool = True
) -> referral.MentorRecorded:
    return referral.MentorRecorded(
        happened_on=JULY,
        mentor_id=uuid4(),
        school_urn=urn,
        subjects=(subject,),
        phases=("secondary",),
        capacity_hours=hours,
        role="volunteer" if volunteer else "directed",
    )


def an_offer(
    urn: str,
    *,
    places: int = 1,
    subject: str = "physics",
    starts_on: date = date(2026, 9, 14),
    ends_on: date = date(2026, 12, 18),
) -> referral.OfferRecorded:
    return referral.OfferRecorded(
        happened_on=JULY,
        offer_id=uuid4(),
        school_urn=urn,
        subject=subject,
        phase="secondary",
        places=places,
        starts_on=starts_on,
        ends_on=ends_on,
        academic_year="2026/27",
    )


def a_trainee(
    *, subject: str = "physics", phase: Phase = "secondary", easting: int = 400_000, limit: int = 45
) -> referral.TraineeRecorded:
    return referral.TraineeRecorded(
        happened_on=JULY,
        trainee_id=uuid4(),
        subject=subject,
        phase=phase,
        training_route="provider_led_postgrad",
        home_easting=easting,
        home_northing=430_000,
        travel_mode="car",
        travel_limit_minutes=limit,
    )


def referral_accepted(
    programme: referral.ProgrammeOpened, person: referral.TraineeRecorded | UUID, referral_id: UUID | None = None
) -> referral.ReferralAccepted:
    """Return the event that a programme accepted a person, given as a trainee or by id."""
    return referral.ReferralAccepted(
        happened_on=JULY,
        referral_id=referral_id or uuid4(),
        programme_id=programme.programme_id,
        trainee_id=person if isinstance(person, UUID) else person.trainee_id,
    )


def stream_of(event: PublicEvent) -> str:
    """The stream in which referral publishes the event; matching keeps what it knows under the same name."""
    match event:
        case referral.ProgrammeOpened():
            return f"programme-{event.programme_id}"
        case referral.ProgrammeRulesChanged():
            return f"programme_rules-{event.programme_id}"
        case referral.SchoolRecorded() | referral.SchoolClosed() | referral.SchoolSucceeded():
            return f"school-{event.urn}"
        case referral.MentorRecorded():
            return f"mentor-{event.mentor_id}"
        case referral.MentorDeclared():
            return f"mentor_terms-{event.mentor_id}"
        case referral.RelationsRecorded():
            return f"relations-{event.mentor_id}"
        case referral.MenteeRecorded():
            return f"mentee-{event.mentee_id}"
        case referral.ReferralMade():
            return f"reasons-{event.referral_id}"
        case referral.MentorDeclared():
            return f"mentor_terms-{event.mentor_id}"
        case referral.RelationsRecorded():
            return f"relations-{event.mentor_id}"
        case referral.TrainingLogged():
            return f"training-{event.training_id}"
        case referral.TraineeRecorded():
            return f"trainee-{event.trainee_id}"
        case referral.TraineeStandingChanged():
            return f"trainee_standing-{event.trainee_id}"
        case referral.EarlierPlacementsRecorded():
            return f"earlier_placements-{event.trainee_id}"
        case referral.OfferRecorded():
            return f"offer-{event.offer_id}"
        case referral.HostingLimitSet():
            place = (event.school_urn, event.subject, event.trust_code)
            return "-".join(("hosting_limit", event.scope, event.academic_year, *filter(None, place)))
        case referral.AppetiteSaid():
            return f"appetite-{event.school_urn}-{event.academic_year}"
        case referral.ReferralMade():
            return f"reasons-{event.referral_id}"
        case referral.PersonErased():
            return f"person-{event.person_id}"
        case referral.PeopleMerged():
            return f"merge-{event.merged_id}"
        case referral.ReferralAccepted() | referral.ReferralWithdrawn() | referral.ReferralStepReversed():
            return f"referral-{event.referral_id}"
        case _:
            raise AssertionError(type(event))


@dataclass
class Partnership:
    """A tenant of its own in a running platform."""

    platform: Platform
    tenant: str = field(default_factory=lambda: f"partnership-{uuid4().hex[:8]}")

    def lead(self) -> dict[str, str]:
        return self.platform.bearer("partnership_lead", tenant=self.tenant)

    def mentor(self, mentor_id: object) -> dict[str, str]:
        return self.platform.bearer("mentor", subject=str(mentor_id), tenant=self.tenant)

    def trainee(self, trainee_id: object) -> dict[str, str]:
        return self.platform.bearer("trainee", subject=str(trainee_id), tenant=self.tenant)

    def school_lead(self, *urns: str) -> dict[str, str]:
        return self.platform.bearer("school_lead", tenant=self.tenant, schools=urns)

    async def hears(self, *events: PublicEvent) -> None:
        """Tell matching of these, and wait until its read models show them."""
        for event in events:
            await publish_events(self.platform, "referral", self.tenant, stream_of(event), event)
        await eventually(partial(self.platform.has_consumed, "matching"))

    async def round(
        self, programme: referral.ProgrammeOpened, on: str = "2026-07-10", **headers: str
    ) -> httpx.Response:
        """Ask for a round."""
        return await self.platform["matching"].post(
            "/rounds",
            json={"programme_id": str(programme.programme_id), "on": on},
            headers=self.lead() | headers,
        )

    async def solve_round(self, programme: referral.ProgrammeOpened, on: str = "2026-07-10") -> dict[str, Any]:
        """Solve a round, and return it in full."""
        answer = await self.round(programme, on)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = await self.read(f"/rounds/{answer.json()['round_id']}", after=answer)
        return found

    async def wait_until_solved(self, round_id: str) -> None:
        """Wait until the worker has solved a round."""

        async def is_solved() -> bool:
            return bool((await self.read(f"/rounds/{round_id}"))["state"] == "solved")

        await eventually(is_solved, within=30)

    async def answers(
        self, pair: dict[str, Any], what: str, who: dict[str, str], on: str = "2026-07-12", **body: object
    ) -> httpx.Response:
        """Say yes (`acceptance`) or no (`refusal`)."""
        return await self.platform["matching"].post(
            f"/pairs/{pair['pair_id']}/{what}", json={"on": on, **body}, headers=who
        )

    async def read(self, path: str, *, who: dict[str, str] | None = None, after: httpx.Response | None = None) -> Any:
        """Return what a query answers once its read model has what `after` did, or all that was done."""
        headers = self.platform.after_own_commands("matching") | (who or self.lead())
        if after is not None and "Alongside-Position" in after.headers:
            headers |= {"Alongside-Min-Position": after.headers["Alongside-Position"]}
        answer = await self.platform["matching"].get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fetch(self, sql: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """Rows of matching's database, as its worker sees them."""
        connection = await asyncpg.connect(self.platform.urls["matching"]["worker"])
        try:
            return await connection.fetch(sql, *arguments)
        finally:
            await connection.close()

    @asynccontextmanager
    async def hold_back(self, read_model: str) -> AsyncIterator[None]:
        """Hold back a read model or a process: it handles no event meanwhile."""
        connection = await asyncpg.connect(self.platform.urls["matching"]["worker"])
        try:
            async with connection.transaction():
                held = "select 1 from cursors where name = $1 or name like $1 || '@%' for update"
                await connection.execute(held, read_model)
                yield
        finally:
            await connection.close()

    async def rests(self) -> None:
        """Wait until the processes have heard every event, no task is due, and the read models show it all."""

        async def nothing_left() -> bool:
            (row,) = await self.fetch(
                """select (select max(position) from events) <=
                          (select min(position) from cursors where name like 'process %')
                          and not exists (select from tasks where status = 'waiting' and due_at <= now()) as rests"""
            )
            return bool(row["rests"]) and await self.platform.has_consumed("matching")

        await eventually(nothing_left)


def ids(rows: list[dict[str, Any]], column: str) -> list[UUID]:
    """One column of an answer, as ids, sorted."""
    return sorted(UUID(row[column]) for row in rows)
