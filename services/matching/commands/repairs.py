"""Use cases of repairs: somebody leaves, and as few pairs as can be are changed; and what it would be if they left."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.matching import policy
from services.matching.domain.rounds import RoundAsked
from services.matching.domain.scenarios import Leaving
from services.matching.rounds.running import Settled, ask, began, parted_because, run, settled
from services.matching.rounds.solving import solved
from services.matching.solver import Change, departures
from services.matching.solver import repair as repaired
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def repair(
    who: Principal, *, programme_id: UUID, on: date, leaving: Leaving | None, preview: bool, later: bool = False
) -> UseCase[JsonAnswer]:
    """Part the pairs that cannot stand, and place with the fewest changes; a preview stores nothing unless `later`."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        asked = RoundAsked(
            happened_on=on,
            round_id=uuid4(),
            programme_id=programme_id,
            by=who.subject,
            asked_at=unit.now,
            kind="repair",
            proposes=not preview,
            leaving=leaving,
        )
        if later:
            return await ask(unit, asked)
        found = await settled(unit, asked) if preview else await run(unit, asked)
        if found is None:
            return {"round_id": str(asked.round_id), "state": "asked"}
        about = {"round_id": None if preview else str(asked.round_id), "state": "preview" if preview else "solved"}
        return about | _answer(found)

    return use_case


def what_breaks(who: Principal, *, programme_id: UUID, on: date) -> UseCase[JsonAnswer]:
    """For every school with pairs of the programme, what its leaving would come to; stores nothing."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        asked = RoundAsked(
            happened_on=on,
            round_id=uuid4(),
            programme_id=programme_id,
            by=who.subject,
            asked_at=unit.now,
            kind="repair",
            proposes=False,
        )
        _, standing = await began(unit, asked)
        if standing.problem.locked:
            await asyncio.to_thread(solved, standing, repaired)  # says which of them are in the way, if any
        found = await asyncio.to_thread(departures, standing.problem)
        return {
            "departures": [
                {
                    "school_urn": one.school_urn,
                    "broken": one.broken,
                    "placed_elsewhere": one.broken - one.lost,
                    "lost": one.lost,
                    "moved_too": one.moved,
                }
                for one in found
            ]
        }

    return use_case


def _answer(found: Settled) -> JsonAnswer:
    """Who moves where and why, and who cannot be placed."""
    solution = found.worked.solution
    return {
        "placed": solution.placed,
        "unplaced": len(solution.unplaced),
        "moved": sum(change.before is not None for change in found.worked.moves),
        "total_cost": solution.total_cost,
        "changes": [_change(found, change) for change in found.worked.moves],
        "unplaced_trainees": [
            {
                "trainee_id": one.trainee_id,
                "referral_id": str(found.standing.referrals[one.trainee_id]),
                "reason": one.reason,
                "explanation": one.explanation,
                "remedies": [remedy.model_dump() for remedy in found.worked.remedies.get(one.trainee_id, ())],
            }
            for one in solution.unplaced
        ],
    }


def _change(found: Settled, change: Change) -> dict[str, Any]:
    stood = found.standing.placed.get(change.trainee_id)
    because = parted_because(found, change.before, stood["school_urn"]) if change.before and stood else None
    after = next((pair for pair in found.worked.solution.pairs if pair.trainee_id == change.trainee_id), None)
    why = found.worked.whys.get(change.trainee_id)
    return {
        "trainee_id": change.trainee_id,
        "because": because,
        "words": WORDS[because or "new", after is not None],
        "before": stood
        and {
            "pair_id": str(stood["pair_id"]),
            "mentor_id": str(stood["mentor_id"]),
            "offer_id": str(stood["offer_id"]),
            "school_urn": stood["school_urn"],
            "status": stood["status"],
        },
        "after": after
        and {
            "mentor_id": after.mentor_id,
            "offer_id": str(found.standing.offers[after.offer_id]["offer_id"]),
            "school_urn": after.school_urn,
            "travel_minutes": after.travel_minutes,
            "cost": after.cost,
            "terms": dict(after.terms),
            "why": why.model_dump(mode="json") if why else None,
        },
    }


WORDS = {
    ("school_left", True): "The school leaves; this is the place for the trainee that changes fewest others.",
    ("school_left", False): "The school leaves, and there is no other place for the trainee.",
    ("offer_withdrawn", True): "The offer is gone; this is the place for the trainee that changes fewest others.",
    ("offer_withdrawn", False): "The offer is gone, and there is no other place for the trainee.",
    ("mentor_left", True): "The mentor leaves; this is the place for the trainee that changes fewest others.",
    ("mentor_left", False): "The mentor leaves, and there is no other place for the trainee.",
    ("moved_in_repair", True): "The pair cannot stand as things are now, or makes room so that more have a place.",
    ("moved_in_repair", False): "The pair cannot stand as things are now, and there is no other place for the trainee.",
    ("new", True): "The trainee waited, and there is a place now.",
}
