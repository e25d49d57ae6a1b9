"""Trainees and mentors, as the solver is asked of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from services.matching.domain.known import Rules
from services.matching.rounds.places import Schools
from services.matching.rounds.rows import Row
from services.matching.rounds.wishes import Said
from services.matching.solver import Mentor, Offer, Point, Trainee

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Past:
    """What bears on whom people can be placed with: refusals, earlier schools and mentors, relations.

    By trainee's id, except `relations`, by mentor's, to what the mentor is to whom. `former` are schools that a trainee
    went to: a mentor said that theirs is one.
    """

    refused: Mapping[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    schools: Mapping[UUID, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    mentors: Mapping[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    former: Mapping[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    relations: Mapping[UUID, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))


def past(
    pairs: Iterable[Row],
    others: Iterable[Row],
    earlier: Iterable[Row],
    relations: Iterable[Row],
    mentors: Iterable[Row],
    merged: Mapping[str, str],
    schools: Schools,
) -> Past:
    """What these rows say of it; `others` are the trainees' live pairs beside the one that is looked for.

    A placement that comes later than the one looked for counts as well: they contrast whichever comes first.
    """
    found = Past()
    for row in earlier:
        found.schools[row["trainee_id"]].update((schools.now(urn), None) for urn in row["schools"])
    for pair in others:
        found.schools[pair["trainee_id"]][schools.now(pair["school_urn"])] = None
        found.mentors[pair["trainee_id"]].add(str(pair["mentor_id"]))
    for pair in pairs:
        if pair["status"] == "declined":
            found.refused[pair["trainee_id"]].add(str(pair["mentor_id"]))
    at = {mentor["mentor_id"]: schools.now(mentor["school_urn"]) for mentor in mentors}
    for row in relations:
        for one in row["relations"]:
            other = merged.get(one["other_id"], one["other_id"])
            found.relations[row["mentor_id"]].add((other, one["kind"]))
            if one["kind"] == "former_school" and row["mentor_id"] in at:
                found.former[UUID(other)].add(at[row["mentor_id"]])
    return found


def free_from(running: Sequence[Row]) -> date | None:
    """The day after the last of these placements; None where there is none."""
    last = max((pair["ends_on"] for pair in running), default=None)
    return None if last is None else last + ONE_DAY


def trainee(candidate: Row, free: date | None, rules: Rules, then: Past, said: Said) -> Trainee:
    """A candidate as the solver sees them, there from the day on that they are free."""
    id_ = candidate["trainee_id"]
    reasons = candidate["reasons"] or ()
    return Trainee(
        id=str(id_),
        subject=candidate["subject"],
        phase=candidate["phase"],
        home=Point(candidate["home_easting"], candidate["home_northing"]),
        travel_mode=candidate["travel_mode"],
        travel_limit_minutes=candidate["travel_limit_minutes"],
        route=candidate["route_kind"] or "",
        place=candidate["home_area"],
        available_from=free,
        barred_mentors=frozenset(then.refused.get(id_, ())) | said.barred.get(str(id_), frozenset()),
        barred_schools=said.barred_schools.get(str(id_), frozenset()),
        earlier_schools=tuple(then.schools.get(id_, ())),
        earlier_mentors=frozenset(then.mentors.get(id_, ())),
        former_schools=frozenset(then.former.get(id_, ())),
        needs=frozenset(facet for reason in reasons for facet in rules.facets_by_reason.get(reason, ())),
        wishes=said.wishes(str(id_)),
        vetoed=said.barred.get(str(id_), frozenset()) | said.barred_schools.get(str(id_), frozenset()),
    )


def mentor(
    row: Row, taken: float, trained: bool, offers: Sequence[Offer], then: Past, said: Said, schools: Schools
) -> Mentor:
    """A mentor as the solver sees them; `taken` are hours a week of live pairs, `offers` those at their school.

    Nobody of whom no training is recorded counts as trained: a programme that asks for it wants to see it.
    """
    given = taken + sum((row["load"] or {}).values())
    first, last = _there(row["available"] or (), offers)
    return Mentor(
        id=str(row["mentor_id"]),
        school_urn=schools.now(row["school_urn"]),
        subjects=frozenset(row["subjects"]),
        phases=frozenset(row["phases"]),
        capacity_hours=max(0.0, row["capacity_hours"] - given),
        volunteer=row["volunteer"],
        available_from=first,
        available_until=last,
        trained=trained or row["trained_on"] is not None,
        relations=frozenset(then.relations.get(row["mentor_id"], ())),
        facets=None if row["facets"] is None else frozenset(row["facets"]),
        load_hours=given,
        wishes=said.wishes(str(row["mentor_id"])),
    )


def _there(available: Sequence[Mapping[str, str]], offers: Sequence[Offer]) -> tuple[date | None, date | None]:
    """Of the stretches of days on which a mentor is there, the one that holds most offers of their school.

    The solver knows of one stretch: hours of another cannot be told from hours of this one.
    """
    stretches: list[tuple[date, date]] = []
    for first, last in sorted(
        (date.fromisoformat(one["starts_on"]), date.fromisoformat(one["ends_on"])) for one in available
    ):
        if stretches and first <= stretches[-1][1] + ONE_DAY:
            stretches[-1] = (stretches[-1][0], max(last, stretches[-1][1]))
        else:
            stretches.append((first, last))

    def held(stretch: tuple[date, date]) -> int:
        return sum(
            stretch[0] <= offer.starts_on and offer.ends_on <= stretch[1]
            for offer in offers
            if offer.starts_on is not None and offer.ends_on is not None
        )

    if not stretches:
        return None, None
    # nearly everybody has one, and counting offers for each of a country's mentors takes time
    return stretches[0] if len(stretches) == 1 else max(stretches, key=held)
