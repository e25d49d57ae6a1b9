"""Use case of the table of travel times: a lead's file goes in whole or not at all."""

from dataclasses import asdict
from datetime import date

from services.matching import policy
from services.matching.domain.known import Learn
from services.matching.domain.travel_files import TravelFile, read
from services.matching.domain.travel_times import TRAVEL_TIMES
from shared.kernel.decider import DomainError
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


class BadTable(DomainError):
    """Some cells of the file do not fit."""

    status = 422


def found(file: TravelFile, *, stored: bool) -> JsonAnswer:
    """What a file came to, every bad cell among it."""
    return {
        "rows": file.rows,
        "places": len(file.times),
        "merged": file.merged,
        "errors": [asdict(error) for error in file.errors],
        "stored": stored,
    }


def dry_run(who: Principal, content: bytes) -> JsonAnswer:
    """What a file would come to; stores nothing."""
    policy.may_run_rounds(who)
    return found(read(content), stored=False)


def record_travel_times(who: Principal, content: bytes, *, on: date) -> UseCase[JsonAnswer]:
    """Take a file in; it says all the times of the places that it names."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        file = read(content)
        if file.errors:
            first = file.errors[0]
            where = f"line {first.line}" + (f", column {first.column}" if first.column else "")
            raise BadTable(
                f"{len(file.errors)} cells do not fit, so nothing was stored; the first is in {where}: {first.detail} "
                "A dry run shows them all."
            )
        facts = file.facts(on)
        await unit.load(TRAVEL_TIMES, *(fact.place for fact in facts))
        for fact in facts:
            await unit.decide(TRAVEL_TIMES, fact.place, Learn(fact=fact))
        return found(file, stored=True)

    return use_case
