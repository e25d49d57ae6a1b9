"""Rows that tests of the input of a round begin with."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.matching.domain.programmes import ProgrammeKnown
from services.matching.projections.mentors import MentorRow, MentorTermsRow
from services.matching.projections.offers import OfferRow
from services.matching.projections.people import MergeRow
from services.matching.projections.schools import SchoolRow
from services.matching.projections.trainees import TraineeRow
from services.matching.projections.wishes import WishesRow
from services.matching.rounds.inputs import RoundInput, round_input
from services.matching.rounds.rows import Candidate, MentorRecord, RoundPair, Rows, identities_of
from shared.events.referral import Related
from tests.unit.matching.facts import PROGRAMME

JULY, AUTUMN, CHRISTMAS = date(2026, 7, 10), date(2026, 9, 14), date(2026, 12, 18)
TERMS = ("facets", "load", "available", "role_kinds")


def an_id(kind: int, number: int) -> UUID:
    return UUID(int=kind * 1000 + number)


def candidate(number: int, *, known: bool = True, **changes: Any) -> Candidate:
    """A candidate whose record has arrived unless it is not `known`; changes are of the record or the candidate."""
    of_candidate = {name: value for name, value in changes.items() if name in Candidate.__dataclass_fields__}
    usual: dict[str, Any] = {
        "trainee_id": of_candidate.get("trainee_id", an_id(2, number)),
        "subject": "physics",
        "phase": "secondary",
        "home_easting": 400_000,
        "home_northing": 430_000,
        "travel_mode": "car",
        "travel_limit_minutes": 45,
        "route_kind": "fee",
    }
    record = TraineeRow(**usual | {name: value for name, value in changes.items() if name not in of_candidate})
    ids = {"referral_id": an_id(1, number), "trainee_id": an_id(2, number)}
    return Candidate(record=record if known else None, **(ids | of_candidate))


def mentor(
    number: int, hours: float = 3.0, urn: str = "900001", *, has_training: bool = False, **changes: Any
) -> MentorRecord:
    """A mentor; those of `TERMS` among the changes are what they declared."""
    usual: dict[str, Any] = {
        "mentor_id": an_id(3, number),
        "school_urn": urn,
        "subjects": ("physics",),
        "phases": ("secondary",),
        "capacity_hours": hours,
        "volunteer": True,
    }
    record = MentorRow(**usual | {name: value for name, value in changes.items() if name not in TERMS})
    declared = {name: changes[name] for name in TERMS if name in changes}
    nothing: dict[str, Any] = {"role_kinds": (), "facets": (), "load": {}, "available": ()}
    terms = MentorTermsRow(record.mentor_id, **(nothing | declared)) if declared else None
    return MentorRecord(record, terms, has_training)


def offer(number: int, places: int = 2, urn: str = "900001", **changes: Any) -> OfferRow:
    usual: dict[str, Any] = {
        "offer_id": an_id(4, number),
        "school_urn": urn,
        "subject": "physics",
        "phase": "secondary",
        "places": places,
        "starts_on": AUTUMN,
        "ends_on": CHRISTMAS,
        "academic_year": "2026/27",
        "last_confirmed_on": JULY,
    }
    return OfferRow(**usual | changes)


def school(urn: str = "900001", **changes: Any) -> SchoolRow:
    usual: dict[str, Any] = {"urn": urn, "name": f"School {urn}", "easting": 400_000, "northing": 430_000}
    return SchoolRow(**usual | changes)


def pair(trainee: int, mentor: int, offer: int, status: str = "proposed", **changes: Any) -> RoundPair:
    usual: dict[str, Any] = {
        "pair_id": an_id(5, trainee),
        "referral_id": an_id(1, trainee),
        "school_urn": "900001",
        "subject": "physics",
        "locked": False,
        "trainee_id": an_id(2, trainee),
        "mentor_id": an_id(3, mentor),
        "offer_id": an_id(4, offer),
        "starts_on": AUTUMN,
        "ends_on": CHRISTMAS,
        "mentor_hours_per_week": 1.5,
        "status": status,
        "changed_on": AUTUMN,
    }
    return RoundPair(**usual | changes)


def relations_of(mentor_id: UUID, kind: str, other_id: UUID) -> dict[UUID, Sequence[Related]]:
    """Return the one relation of a mentor to somebody, by mentor."""
    return {mentor_id: [Related.model_validate({"other_id": other_id, "kind": kind})]}


def wishes_row(person: UUID, **names: Sequence[str]) -> WishesRow:
    """Return the row of what a person stated, by kind."""
    return WishesRow(person, **{kind: tuple(some) for kind, some in names.items()})


def rows_of(
    candidates: Sequence[Candidate],
    offers: Sequence[OfferRow],
    mentors: Sequence[MentorRecord],
    pairs: Sequence[RoundPair],
    schools: Sequence[SchoolRow],
    merges: Sequence[tuple[UUID, UUID]] = (),
    **others: Any,
) -> Rows:
    """Rows, where `merges` are merged and kept ids."""
    identities = identities_of(schools, [MergeRow(*merge) for merge in merges])
    return Rows(candidates, offers, mentors, pairs, schools, identities=identities, **others)


def input_of(
    waiting: Sequence[Candidate] | None = None,
    offers: Sequence[OfferRow] | None = None,
    mentors: Sequence[MentorRecord] | None = None,
    pairs: Sequence[RoundPair] | None = None,
    schools: Sequence[SchoolRow] | None = None,
    *,
    programme: ProgrammeKnown = PROGRAMME,
    include_placed: bool = False,
    **others: Any,
) -> RoundInput:
    """The input of a round in July: of one candidate, one offer and one mentor, unless it says others."""
    rows = rows_of(
        [candidate(1)] if waiting is None else waiting,
        [offer(1)] if offers is None else offers,
        [mentor(1)] if mentors is None else mentors,
        pairs or [],
        [school("900001"), school("900002")] if schools is None else schools,
        **others,
    )
    return round_input(programme, JULY, rows, include_placed=include_placed)
