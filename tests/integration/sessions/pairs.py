"""Pairs that matching confirmed, as the tests of sessions meet them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.referral.domain.templates import Template
from services.referral.programmes import templates
from shared.calendar import ENGLAND
from shared.events.matching import PairConfirmed
from tests.support.services import Platform, eventually, publish_events
from tests.support.tenth_programme import TENTH, programme_opened

TENANT = "north-star"
MEETING = {"status": "held", "on": "2026-09-21", "minutes": 50, "agenda_by": "mentee"}
TARGET = {"text": "Wait three seconds after each question.", "due_on": "2026-10-05"}
POSITION, MIN_POSITION = "Alongside-Position", "Alongside-Min-Position"
Headers = dict[str, str]


@dataclass(frozen=True)
class Pair:
    """A trainee and a mentor at a school, and the headers of their requests."""

    platform: Platform
    trainee_id: UUID = field(default_factory=uuid4)
    mentor_id: UUID = field(default_factory=uuid4)
    relationship_id: UUID = field(default_factory=uuid4)
    school_urn: str = "900001"
    programme_id: UUID = field(default_factory=uuid4)
    terms: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/relationships/{self.relationship_id}"

    @property
    def mentor(self) -> Headers:
        return self.platform.bearer("mentor", subject=str(self.mentor_id), schools=(self.school_urn,))

    @property
    def trainee(self) -> Headers:
        return self.platform.bearer("trainee", subject=str(self.trainee_id))

    @property
    def host_lead(self) -> Headers:
        return self.platform.bearer("school_lead", schools=(self.school_urn,))

    def confirmation(self) -> PairConfirmed:
        """Return the event with which matching confirms the pair."""
        return PairConfirmed(
            happened_on=date(2026, 7, 1),
            pair_id=self.relationship_id,
            programme_id=self.programme_id,
            referral_id=uuid4(),
            trainee_id=self.trainee_id,
            mentor_id=self.mentor_id,
            school_urn=self.school_urn,
            subject="mathematics",
            starts_on=date(2026, 9, 14),
            ends_on=date(2026, 12, 18),
            meetings_per_week=1,
            targets_per_meeting=3,
            amend_within_days=3650,  # the day that counts as today in the tests is long after these meetings
            assessor_is_not_mentor=True,
            mentor_hours_per_week=1.5,
        ).model_copy(update=dict(self.terms))

    async def post(self, path: str, body: Any, who: Headers) -> httpx.Response:
        return await self.platform["sessions"].post(path, json=body, headers=who)

    async def put(self, path: str, body: Any, who: Headers) -> httpx.Response:
        return await self.platform["sessions"].put(path, json=body, headers=who)

    async def get(self, path: str, who: Headers, after: httpx.Response | None = None) -> httpx.Response:
        """Return the answer, once the effect of the command that was answered with `after` is visible."""
        wait = {MIN_POSITION: after.headers[POSITION]} if after is not None else {}
        return await self.platform["sessions"].get(path, headers=who | wait)

    async def record(self, **fields: object) -> httpx.Response:
        """Record a meeting as the mentor."""
        answer = await self.post(f"{self.path}/meetings", MEETING | fields, self.mentor)
        assert answer.status_code == 201, answer.text
        return answer


async def a_pair(platform: Platform, **known: Any) -> Pair:
    """A confirmed pair whose relationship is open and can be seen."""
    pair = Pair(platform, **known)
    await publish_events(platform, "matching", platform.tenant, f"pair-{pair.relationship_id}", pair.confirmation())

    async def is_open() -> bool:
        return (await pair.get(pair.path, pair.mentor)).status_code == 200

    await eventually(is_open)
    return pair


async def a_returning_pair(platform: Platform, *, runs_today: bool = False, **known: Any) -> Pair:
    """A pair in the tenth programme, which asks for an agreement first, and is known in sessions.

    One that `runs_today` does so by the clock of the machine, by which the processes go.
    """
    ends_on = {"ends_on": datetime.now(ENGLAND).date() + timedelta(days=60)} if runs_today else {}
    return await a_pair_in(TENTH, platform, terms={"agreement_first": True, **ends_on}, **known)


async def a_placed_pair(platform: Platform, **known: Any) -> Pair:
    """A pair in the programme of placements, which is known in sessions."""
    return await a_pair_in(templates()["ite-placement"], platform, **known)


async def a_pair_in(template: Template, platform: Platform, **known: Any) -> Pair:
    """A pair in a programme that was opened from a template, which is known in sessions."""
    programme_id = uuid4()
    told = programme_opened(template, programme_id)
    await publish_events(platform, "referral", platform.tenant, f"programme-{programme_id}", told)
    pair = await a_pair(platform, programme_id=programme_id, **known)

    async def practice_is_known() -> bool:
        return (await pair.get(f"{pair.path}/practice", pair.mentor)).status_code == 200

    await eventually(practice_is_known)
    return pair


async def assign(pair: Pair, person_id: UUID | str, who: Headers | None = None, **fields: object) -> httpx.Response:
    """Assign somebody to the trainee, as the partnership lead if nobody else is named."""
    body = {"trainee_id": str(pair.trainee_id), "person_id": str(person_id), "role": "tutor"}
    days = {"starts_on": "2026-09-01", "on": "2026-09-01"}
    return await pair.post("/assignments", body | days | fields, who or pair.platform.bearer("partnership_lead"))


async def a_tutor(pair: Pair, *roles: str, person_id: UUID | None = None, **fields: Any) -> Headers:
    """Somebody, with an account of a tutor unless `roles` says otherwise, who is assigned to the trainee."""
    subject = str(person_id or uuid4())
    headers = pair.platform.bearer(*(roles or ("tutor",)), subject=subject)
    done = await assign(pair, subject, **fields)
    assert done.status_code == 201, done.text
    assert (await pair.get("/assignments", headers, done)).status_code == 200
    return headers


def outsiders(platform: Platform) -> list[Headers]:
    """People to whom a relationship at school 900001 does not exist."""
    return [
        platform.bearer("mentor", schools=("900001",)),
        platform.bearer("trainee"),
        platform.bearer("school_lead", schools=("900002",)),
        platform.bearer("operator", subject="operator-1"),
        platform.bearer("partnership_lead", tenant="south-star"),
    ]
