"""Queries of scenarios (rounds that proposed nothing), one by one and compared."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from statistics import fmean
from uuid import UUID

from pydantic import ConfigDict, Field

from services.matching import policy
from services.matching.domain.explanations import Evenness
from services.matching.domain.rounds import RoundState
from services.matching.domain.scenarios import Overrides
from services.matching.queries.identities import kept_id, naming_kept_records
from services.matching.queries.rounds import RoundLoad, load_of, wait_for_results
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.reader import Reader


class Scenario(Answer):
    """A scenario: its overrides, its state and, once it is solved, its result in numbers."""

    scenario_id: UUID
    programme_id: UUID
    name: str
    state: RoundState
    variant: Overrides | None
    asked_on: date | None
    asked_at: datetime | None
    begun_at: datetime | None
    failed_because: str | None
    placed: int | None
    unplaced: int | None
    total_cost: int | None
    weights: dict[str, int] | None
    hours_per_trainee_week: float | None


class LoadAfter(Answer):
    """How even the load of schools, or of mentors, is after a scenario."""

    after: Evenness


class ScenarioLoad(Answer):
    """How even the load of schools and of mentors is."""

    schools: LoadAfter
    mentors: LoadAfter


class MeasuredScenario(Scenario):
    """A scenario with the measures by which scenarios are compared; None where there is nothing to measure."""

    travel_mean_minutes: float | None
    travel_longest_minutes: int | None
    contrast_mean: float | None
    load: ScenarioLoad


class ScenarioPair(Answer):
    """The mentor and the offer of a trainee in a scenario."""

    mentor_id: UUID
    offer_id: UUID
    school_urn: str


class TraineeDifference(Answer):
    """A trainee whose mentor or offer differs from the previous scenario, or who has a pair in only one of the two."""

    trainee_id: UUID
    before: ScenarioPair | None
    after: ScenarioPair | None


class ScenarioDifference(Answer):
    """The trainees who differ from one scenario to the next."""

    model_config = ConfigDict(populate_by_name=True)

    from_: UUID = Field(alias="from")
    to: UUID
    trainees: tuple[TraineeDifference, ...]


class Comparison(Answer):
    """Scenarios in the order in which they were named, and how each differs from the previous scenario."""

    scenarios: tuple[MeasuredScenario, ...]
    changes: tuple[ScenarioDifference, ...]


class _SolvedPair(ScenarioPair):
    trainee_id: UUID
    travel_minutes: int
    terms: dict[str, int]


_SCENARIO = """
    select round_id as scenario_id, programme_id, name, state, variant, asked_on, asked_at, begun_at, failed_because,
           placed, unplaced, total_cost, weights, hours_per_trainee_week
    from rounds where not proposes and name is not null"""


async def scenarios(reader: Reader, *, programme_id: UUID | None, after: UUID | None, limit: int) -> list[Scenario]:
    """List one page of scenarios, in the order of their ids."""
    policy.may_run_rounds(reader.who)
    page = await reader.all(
        Scenario,
        f"""{_SCENARIO} and ($1::uuid is null or programme_id = $1) and ($2::uuid is null or round_id > $2)
            order by round_id limit $3""",
        programme_id,
        after,
        limit,
        unseal=True,
    )
    return await naming_kept_records(reader, page)


_PAIRS = f"""
    select {kept_id("trainee_id")} as trainee_id, {kept_id("mentor_id")} as mentor_id, offer_id, school_urn,
           travel_minutes, terms
    from found where round_id = $1"""


async def comparison(reader: Reader, ids: Sequence[UUID]) -> Comparison:
    """Compare scenarios of one programme.

    Raises `NotFound` for a scenario that is not there, `Invalid` for a scenario that has not been solved or is of
    another programme.
    """
    policy.may_run_rounds(reader.who)
    await wait_for_results(reader, *ids)
    named = await reader.all(Scenario, f"{_SCENARIO} and round_id = any ($1)", ids, unseal=True)
    found = await naming_kept_records(reader, named)
    by_id = {scenario.scenario_id: scenario for scenario in found}
    if any(id_ not in by_id for id_ in ids):
        raise NotFound("You can see no scenario of one of these ids.")
    if any(scenario.state != "solved" for scenario in found):
        raise Invalid("Each scenario must have been solved; wait for those that are not yet.", pointer="query:ids")
    if len({scenario.programme_id for scenario in found}) > 1:
        raise Invalid("Compare scenarios of one programme.", pointer="query:ids")
    pairs = {id_: await reader.all(_SolvedPair, _PAIRS, id_) for id_ in ids}
    return Comparison(
        scenarios=tuple([_measured(by_id[id_], pairs[id_], await load_of(reader, id_)) for id_ in ids]),
        changes=tuple(
            ScenarioDifference(from_=before, to=after, trainees=tuple(_differences(pairs[before], pairs[after])))
            for before, after in pairwise(ids)
        ),
    )


def _measured(scenario: Scenario, pairs: Sequence[_SolvedPair], load: RoundLoad) -> MeasuredScenario:
    travel = [pair.travel_minutes for pair in pairs]
    weight = (scenario.weights or {}).get("contrast")
    # the term of a pair is the weight times how alike its school is to those before, from 0 to 100
    likeness = [pair.terms["contrast"] / weight for pair in pairs] if weight else []
    return MeasuredScenario(
        **{name: getattr(scenario, name) for name in Scenario.model_fields},
        travel_mean_minutes=round(fmean(travel), 1) if travel else None,
        travel_longest_minutes=max(travel, default=None),
        contrast_mean=round(100 - fmean(likeness), 1) if likeness else None,
        load=ScenarioLoad(schools=LoadAfter(after=load.schools.after), mentors=LoadAfter(after=load.mentors.after)),
    )


def _differences(before: Sequence[_SolvedPair], after: Sequence[_SolvedPair]) -> list[TraineeDifference]:
    """Trainees with another mentor or offer, or with a pair in only one of the two, in the order of their ids."""
    had, has = ({pair.trainee_id: _place(pair) for pair in pairs} for pairs in (before, after))
    return [
        TraineeDifference(trainee_id=trainee, before=had.get(trainee), after=has.get(trainee))
        for trainee in sorted(had.keys() | has.keys())
        if had.get(trainee) != has.get(trainee)
    ]


def _place(pair: _SolvedPair) -> ScenarioPair:
    return ScenarioPair(mentor_id=pair.mentor_id, offer_id=pair.offer_id, school_urn=pair.school_urn)
