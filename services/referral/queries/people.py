"""Queries of people with their names, what a mentor can be asked for, and the training status of a trainee."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from services.referral import policy
from services.referral.domain.mentors import Relation, Terms, Training
from services.referral.domain.people import Kind
from services.referral.domain.profiles import MenteeProfile, MentorProfile, TraineeProfile
from services.referral.domain.training_statuses import FutureInterest, Status, Trigger
from services.referral.queries.history import HistoryEntry, history
from services.referral.queries.merged_records import kept_id, kept_id_of, merged_ids
from shared.events.words import TrainingKind
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now

MOST_NAMES = 200
"""Ids that one question after names may have: they all go into the address."""


class TrainingStatusAnswer(Answer):
    """The training status of a trainee who ever deferred or withdrew, and since when."""

    standing: Status
    since: date
    expected_back_on: date | None
    trigger: Trigger | None
    future_interest: FutureInterest | None


class TrainingStatusWithReasons(TrainingStatusAnswer):
    """A training status, and why the trainee deferred or left."""

    reason: str | None
    reasons: tuple[str, ...]


class _Person(Answer):
    person_id: UUID
    kind: Kind
    reference: str
    given_name: str
    family_name: str
    email: str
    trn: str | None
    hesa_id: str | None
    school_urn: str | None
    profile: MentorProfile | TraineeProfile | MenteeProfile
    standing: TrainingStatusWithReasons | TrainingStatusAnswer | None


class MentorHours(Answer):
    """Hours a week of a mentor over all their mentoring: capacity, what is given already, what is left."""

    capacity: float
    given: float
    left: float


class TrainingTotal(Answer):
    """Hours of training with a provider, by academic year and kind; `claimable` is None where no rule is known."""

    provider: str
    academic_year: str
    kind: TrainingKind
    hours: float
    claimable: float | None
    editions: tuple[str, ...]


class MentorAnswer(_Person):
    """A mentor, with their name; `mentoring` is what they can be asked for, None until it was declared."""

    kind: Literal["mentor"]
    profile: MentorProfile
    relations: tuple[Relation, ...]
    mentoring: Terms | None
    hours: MentorHours
    training: tuple[TrainingTotal, ...]


class TraineeAnswer(_Person):
    """A trainee, with their name."""

    kind: Literal["trainee"]
    profile: TraineeProfile


class MenteeAnswer(_Person):
    """A mentee who is not a trainee, with their name; the date of birth is for the partnership lead and themselves."""

    kind: Literal["mentee"]
    profile: MenteeProfile
    date_of_birth: str | None


PersonAnswer = Annotated[MentorAnswer | TraineeAnswer | MenteeAnswer, Field(discriminator="kind")]
_PERSON_ANSWER: TypeAdapter[MentorAnswer | TraineeAnswer | MenteeAnswer] = TypeAdapter(PersonAnswer)


async def people(reader: Reader, *, kind: Kind | None, after: UUID | None, limit: int) -> list[PersonAnswer]:
    """List one page of people in the order of their ids; a school's lead sees only the school's mentors and mentees."""
    policy.may_oversee(reader.who)
    rows = await reader.connection.fetch(
        f"""{_PERSON}
            where ($1::text is null or p.kind = $1)
              and ($2::text[] is null or {_at_schools("$5")}) and ($3::uuid is null or p.person_id > $3)
            order by p.person_id limit $4""",
        kind,
        policy.schools_seen(reader.who),
        after,
        limit,
        utc_now().date(),
    )
    return [_answer(reader, row) for row in await reader.unseal([dict(row) for row in rows])]


async def person(reader: Reader, person_id: UUID) -> PersonAnswer:
    """Show one person, under any id that they had: to leads, and to the person; raises `NotFound`."""
    row = await reader.connection.fetchrow(
        f"""{_PERSON}
            where p.person_id::text = $1 and ($2::text[] is null or {_at_schools("$4")} or p.person_id::text = $3)
        """,
        await kept_id(reader, str(person_id)),
        policy.schools_seen(reader.who),
        await kept_id(reader, reader.who.subject),
        utc_now().date(),
    )
    if row is None:
        raise NotFound("There is no such person.")
    (found,) = await reader.unseal([dict(row)])
    if found["standing"] is not None:
        found["standing"] |= await _reasons(reader, found["person_id"])
    return _answer(reader, found)


class TrainingEntry(Training):
    """An entry of training as it is now, or as it was until `replaced_on`, when it was corrected or removed."""

    replaced_on: date | None = None
    replaced_by: str | None = None


async def trainings(reader: Reader, person_id: UUID) -> list[TrainingEntry]:
    """List a mentor's entries of training, the earliest first, each after what it was before; raises `NotFound`."""
    found = await person(reader, person_id)
    row = await reader.connection.fetchrow(
        "select trainings, replaced_trainings from mentorings where person_id = $1", found.person_id
    )
    entries = [*row["replaced_trainings"], *row["trainings"]] if row is not None else []
    shown = [TrainingEntry.model_validate(entry) for entry in entries]
    first_day = {entry.training_id: entry.on for entry in reversed(shown)}
    return sorted(shown, key=lambda entry: (first_day[entry.training_id], str(entry.training_id)))


async def _reasons(reader: Reader, person_id: UUID) -> dict[str, Any]:
    """Why a trainee deferred or left; only a single person's answer shows it."""
    rows = await reader.connection.fetch("select reason, reasons from standings where person_id = $1", person_id)
    (opened,) = await reader.unseal([dict(row) for row in rows])
    return {"reason": opened["reason"], "reasons": (opened["reasons"] or "").split()}


async def names(reader: Reader, ids: str) -> dict[str, str]:
    """Find the names of people by id, given as ids with commas between them; a lead sees those whom they may see.

    Ids that nobody has, and those of erased people, are left out. Raises `Invalid` for more than `MOST_NAMES` ids.
    """
    policy.may_oversee(reader.who)
    rows = await reader.connection.fetch(
        f"""select i.id, p.given_name, p.family_name
            from unnest($1::uuid[]) as i (id)
            join people p on p.tenant = $3 and p.person_id = {kept_id_of("i.id", tenant="$3")}
            where $2::text[] is null or {_at_schools("$4")}""",
        _ids(ids),
        policy.schools_seen(reader.who),
        reader.who.tenant,
        utc_now().date(),
    )
    opened = await reader.unseal([dict(row) for row in rows])
    return {
        str(row["id"]): f"{row['given_name']} {row['family_name']}".strip()
        for row in opened
        if row["family_name"] != ERASED
    }


def _ids(text: str) -> list[UUID]:
    try:
        ids = [UUID(part) for part in text.split(",")]
    except ValueError:
        raise Invalid("Give the ids of people, with commas between them.", pointer="query:ids") from None
    if len(ids) > MOST_NAMES:
        raise Invalid(f"Ask for at most {MOST_NAMES} names at once.", pointer="query:ids")
    return ids


async def person_history(reader: Reader, person_id: UUID) -> list[HistoryEntry]:
    """List what was recorded of a person, under every id that they had; raises `NotFound`."""
    found = await person(reader, person_id)
    ids = [found.person_id, *await merged_ids(reader, found.person_id)]
    return await history(
        reader, *(f"{category}-{each}" for each in ids for category in ("person", "standing", "mentoring"))
    )


def _answer(reader: Reader, row: dict[str, Any]) -> PersonAnswer:
    """Make the answer of a row: a mentor's has their hours over all mentoring, and training by year and kind."""
    date_of_birth = row.pop("date_of_birth")
    if row["kind"] == "mentee":
        row["date_of_birth"] = date_of_birth if _sees_date_of_birth(reader.who, row["person_id"]) else None
    terms, relations, trainings = (row.pop(name) for name in ("terms", "relations", "trainings"))
    if row["kind"] == "mentor":
        given = sum((terms or {}).get("load", {}).values())
        capacity = row["profile"]["capacity_hours"]
        row |= {
            "relations": relations or [],
            "mentoring": terms,
            "hours": {"capacity": capacity, "given": given, "left": max(0.0, capacity - given)},
            "training": _totals([Training.model_validate(one) for one in trainings or []]),
        }
    return _PERSON_ANSWER.validate_python(row)


def _sees_date_of_birth(who: Principal, person_id: UUID) -> bool:
    """Whether somebody is the person, or sees every school, as whoever writes DfE's files does."""
    return policy.schools_seen(who) is None or who.subject == str(person_id)


def _totals(trainings: Sequence[Training]) -> list[TrainingTotal]:
    """Add hours up by provider, year and kind."""
    grouped: dict[tuple[str, str, TrainingKind], list[Training]] = defaultdict(list)
    for training in trainings:
        grouped[training.provider, training.academic_year, training.kind].append(training)
    return [
        TrainingTotal(
            provider=provider,
            academic_year=year,
            kind=kind,
            hours=sum(one.hours for one in group),
            claimable=_sum_or_none([one.claimable for one in group]),
            editions=tuple(sorted({one.edition for one in group if one.edition})),
        )
        for (provider, year, kind), group in sorted(grouped.items())
    ]


def _sum_or_none(hours: Sequence[float | None]) -> float | None:
    known = [hour for hour in hours if hour is not None]
    return sum(known) if len(known) == len(hours) else None


def _at_schools(today: str) -> str:
    """SQL: whether somebody is at one of the schools $2. A mentor can be at several, each until a last day."""
    return f"""case when p.profile -> 'periods' is null or p.profile -> 'periods' = '[]' then p.school_urn = any ($2)
    else exists (select from jsonb_array_elements(p.profile -> 'periods') as period
                 where period ->> 'school_urn' = any ($2)
                   and coalesce((period ->> 'ends_on')::date, {today}::date) >= {today}::date) end"""


# each relation names the record that is kept for the other person
_KEPT_OTHER = (
    "select kept_id::text from merges m where m.tenant = p.tenant and m.merged_id::text = relation ->> 'other_id'"
)
_RELATIONS = f"""(
    select jsonb_agg(
        relation || jsonb_build_object('other_id', coalesce(({_KEPT_OTHER}), relation ->> 'other_id')) order by nth
    ) from jsonb_array_elements(g.relations) with ordinality as related (relation, nth))"""

_PERSON = f"""
    select p.person_id, p.kind, p.reference, p.given_name, p.family_name, p.email, p.trn, p.hesa_id,
           p.date_of_birth, p.school_urn, p.profile,
           g.terms, {_RELATIONS} as relations, g.trainings,
           case when s.person_id is null then null else jsonb_build_object(
               'standing', s.standing, 'since', s.since, 'expected_back_on', s.expected_back_on,
               'trigger', s.trigger, 'future_interest', s.future_interest) end as standing
    from people p left join mentorings g using (tenant, person_id) left join standings s using (tenant, person_id)"""
