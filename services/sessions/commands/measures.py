"""Commands of measures: answer an instrument, amend, release, revoke, open."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.access import (
    audiences_for_owner,
    must_be_own,
    reading_of,
    release_to_known,
    revocations_of,
)
from services.sessions.commands.merges import current_principal, is_same_person, kept_record
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_see, must_still_act
from services.sessions.domain.access import Audience, Release
from services.sessions.domain.forms import read_answers
from services.sessions.domain.instruments import changes, find_instrument, numbers_in
from services.sessions.domain.measures import (
    MEASURES,
    MISSING,
    AmendedMeasures,
    AmendMeasures,
    Measures,
    MeasuresSeries,
    NewMeasures,
    ReadMeasures,
    ReleaseMeasures,
    RevokeMeasures,
    TakeMeasures,
    series_id_of,
)
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from shared.events.words import Occasion
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound, build_from
from shared.kernel.postgres.personal import ERASED
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase

Answers = dict[str, str | float]


class MeasuresState(Answer):
    """The answers of one time after a command; only the mentee sees to whom they are released."""

    series_id: UUID
    measure_id: UUID
    relationship_id: UUID
    occasion: Occasion
    on: date
    version: int
    released_to: tuple[Audience, ...]


class AnswersOfDay(Answer):
    """A version of the answers of one time, as it was written on a day; empty once they can no longer be read."""

    version: int
    on: date
    answers: Answers


class OpenedTime(MeasuresState):
    """The answers of one time, by the questions of the programme's form, and every version of them."""

    author_id: UUID
    answers: Answers
    versions: tuple[AnswersOfDay, ...]


class ChangeOfAnswer(Answer):
    """What a question was answered with in the baseline and last; `difference` is that of two numbers."""

    field: str
    first: str | float
    last: str | float
    difference: float | None


class OpenedMeasures(Answer):
    """The times at which an instrument was answered that the person may read, and the change from the baseline on.

    `change` compares the baseline with the last time, question by question; it is empty for those who may not read
    both.
    """

    series_id: UUID
    relationship_id: UUID
    owner_id: UUID
    instrument: str
    role: str
    times: tuple[OpenedTime, ...]
    change: tuple[ChangeOfAnswer, ...]


def take_measures(who: Principal, relationship_id: UUID, measures: NewMeasures) -> UseCase[MeasuresState]:
    """Answer an instrument in the person's role."""

    async def use_case(unit: Unit) -> MeasuresState:
        seen = await load_to_see(who, unit, relationship_id)
        relationship = seen.relationship
        programme = await load_programme(unit, relationship.programme_id)
        instrument = find_instrument(programme, measures.instrument)
        holder = policy.may_take_measures(seen.who, relationship, programme, instrument, seen.assigned)
        series_id = series_id_of(relationship_id, instrument.id, holder.role)
        taking = TakeMeasures(
            series_id=series_id,
            relationship=relationship,
            programme=programme,
            author_id=holder.person_id,
            role=holder.role,
            measures=measures,
        )
        await unit.decide(MEASURES, series_id, taking)
        series, _ = await _load(unit, series_id)
        return await _state(unit, who, series, series.times[-1])

    return use_case


def amend_measures(
    who: Principal, series_id: UUID, measure_id: UUID, measures: AmendedMeasures
) -> UseCase[MeasuresState]:
    """Amend answers that the person gave; every version is kept."""

    async def use_case(unit: Unit) -> MeasuresState:
        series, relationship = await _load(unit, series_id)
        if not await is_same_person(unit, policy.measures_author(who), series.find(measure_id).author_id):
            raise NotFound(MISSING)
        must_still_act(unit, await current_principal(unit, who), relationship, MISSING)
        programme = await load_programme(unit, relationship.programme_id)
        amending = AmendMeasures(
            relationship=relationship, programme=programme, measure_id=measure_id, measures=measures
        )
        await unit.decide(MEASURES, series_id, amending)
        return await _state_of(unit, who, series_id, measure_id)

    return use_case


def release_measures(who: Principal, series_id: UUID, measure_id: UUID, release: Release) -> UseCase[MeasuresState]:
    """Release the answers of one time to a person or to everybody in a role."""

    async def use_case(unit: Unit) -> MeasuresState:
        series, _ = await _load(unit, series_id)
        owner_id = await must_be_own(unit, who, series.owner_id, MISSING)
        (latest,) = await _open(unit, [series.find(measure_id).versions[-1].answers])
        releasing = ReleaseMeasures(
            owner_id=owner_id,
            release=await release_to_known(unit, owner_id, release),
            measure_id=measure_id,
            numbers=numbers_in(latest),
        )
        await unit.decide(MEASURES, series_id, releasing)
        return await _state_of(unit, who, series_id, measure_id)

    return use_case


def revoke_release(who: Principal, series_id: UUID, measure_id: UUID, release: Release) -> UseCase[MeasuresState]:
    """Take a release of the answers of one time back."""

    async def use_case(unit: Unit) -> MeasuresState:
        series, _ = await _load(unit, series_id)
        owner_id = await must_be_own(unit, who, series.owner_id, MISSING)
        for revoked in await revocations_of(unit, series.find(measure_id).access, release):
            revoking = RevokeMeasures(owner_id=owner_id, release=revoked, measure_id=measure_id)
            await unit.decide(MEASURES, series_id, revoking)
        return await _state_of(unit, who, series_id, measure_id)

    return use_case


def open_measures(who: Principal, series_id: UUID) -> UseCase[OpenedMeasures]:
    """Open the answers that the person may read; if they were released to them, record that they read them."""

    async def use_case(unit: Unit) -> OpenedMeasures:
        series, relationship = await _load(unit, series_id)
        reading = await _reading(unit, who, series, relationship)
        await unit.decide(MEASURES, series_id, reading)
        times = tuple([await _open_time(unit, who, series, each) for each in series.readable_by(reading)])
        compares = len(times) > 1 and times[0].occasion == "baseline"
        change = changes(times[0].answers, times[-1].answers) if compares else ()
        return OpenedMeasures(
            series_id=series_id,
            relationship_id=series.relationship_id,
            owner_id=await kept_record(unit, series.owner_id),
            instrument=series.instrument,
            role=series.role,
            times=times,
            change=tuple(
                ChangeOfAnswer(field=each.field, first=each.first, last=each.last, difference=each.difference)
                for each in change
            ),
        )

    return use_case


async def _load(unit: Unit, series_id: UUID) -> tuple[MeasuresSeries, Relationship]:
    (series,) = await unit.load(MEASURES, series_id)
    if series is None:
        raise NotFound(MISSING)
    (relationship,) = await unit.load(RELATIONSHIP, series.relationship_id)
    assert relationship is not None  # measures are taken in a relationship
    return series, relationship


async def _reading(unit: Unit, who: Principal, series: MeasuresSeries, relationship: Relationship) -> ReadMeasures:
    """Return the command by which somebody reads the answers, as a reader of every time at once."""
    today = unit.now.date()
    items = [series.item_on(measures, today, relationship) for measures in series.times]
    return build_from(ReadMeasures, await reading_of(unit, who, *items), relationship=relationship)


async def _open_time(unit: Unit, who: Principal, series: MeasuresSeries, measures: Measures) -> OpenedTime:
    opened = await _open(unit, [version.answers for version in measures.versions])
    return OpenedTime(
        **(await _state(unit, who, series, measures)).model_dump(),
        author_id=await kept_record(unit, measures.author_id),
        answers=opened[-1],
        versions=tuple(
            AnswersOfDay(version=version.version, on=version.on, answers=answers)
            for version, answers in zip(measures.versions, opened, strict=True)
        ),
    )


async def _open(unit: Unit, sealed: list[str]) -> list[Answers]:
    opened = await open_texts(unit.reads, unit.tenant, sealed)
    texts = [opened.get(token, token) for token in sealed]
    return [{} if text == ERASED else read_answers(text) for text in texts]


async def _state_of(unit: Unit, who: Principal, series_id: UUID, measure_id: UUID) -> MeasuresState:
    series, _ = await _load(unit, series_id)
    return await _state(unit, who, series, series.find(measure_id))


async def _state(unit: Unit, who: Principal, series: MeasuresSeries, measures: Measures) -> MeasuresState:
    return MeasuresState(
        series_id=series.series_id,
        measure_id=measures.measure_id,
        relationship_id=series.relationship_id,
        occasion=measures.occasion,
        on=measures.taken_on,
        version=len(measures.versions),
        released_to=await audiences_for_owner(unit, who, series.owner_id, measures.access),
    )
