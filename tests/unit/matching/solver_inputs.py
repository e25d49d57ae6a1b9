"""For each field that the solver reads, the event that sets it and a small case in which that changes a result.

A case is two partnerships that differ in events of the named types only. `before` and `after` are what is known in each
of them: public events of referral, and events of matching's own (wishes, vetoes, choices, locks, travel times).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.matching.domain.pairs import Declined, Locked, PairEvent, Placement, Proposed
from services.matching.domain.rounds import NewRound, TraineeUnplaced
from services.matching.domain.travel_times import TravelTimesKnown
from services.matching.domain.wishes import ChoicesStated, VetoesStated, WishesStated
from shared.events import PublicEvent
from shared.events import referral as public

JULY, AUTUMN, CHRISTMAS = date(2026, 7, 10), date(2026, 9, 14), date(2026, 12, 18)
PROGRAMME_ID = UUID(int=1)
A, B, C = "900001", "900002", "900003"


def an_id(kind: int, number: int) -> UUID:
    return UUID(int=kind * 1000 + number)


def programme(**rules: Any) -> public.ProgrammeOpened:
    usual: dict[str, Any] = {
        "edition": "2026-1",
        "mentor_hours_per_trainee_week": 1.5,
        "meetings_per_week": 1,
        "targets_per_meeting": 3,
        "assessor_is_not_mentor": True,
        "assessments": ("interim",),
        "weights": {},
    }
    return public.ProgrammeOpened(
        happened_on=JULY,
        programme_id=PROGRAMME_ID,
        template="ite-placement",
        title="Initial teacher education placement",
        academic_year="2026/27",
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 7, 31),
        rules=public.ProgrammeRules(**usual | rules),
    )


def school(urn: str = A, **changes: Any) -> public.SchoolRecorded:
    usual: dict[str, Any] = {
        "name": f"School {urn}",
        "phases": ("secondary",),
        "trust_code": "T1",
        "easting": 400_000,
        "northing": 430_000,
    }
    return public.SchoolRecorded(happened_on=JULY, urn=urn, **usual | changes)


def mentor(number: int = 1, urn: str = A, **changes: Any) -> public.MentorRecorded:
    usual: dict[str, Any] = {
        "mentor_id": an_id(3, number),
        "school_urn": urn,
        "subjects": ("physics",),
        "phases": ("secondary",),
        "capacity_hours": 3.0,
        "role": "volunteer",
    }
    return public.MentorRecorded(happened_on=JULY, **usual | changes)


def mentor_declared(number: int = 1, **changes: Any) -> public.MentorDeclared:
    usual: dict[str, Any] = {"role_kinds": ("general_mentor",), "facets": (), "load": {}, "available": ()}
    return public.MentorDeclared(happened_on=JULY, mentor_id=an_id(3, number), **usual | changes)


def relations_recorded(kind: str, number: int = 1) -> public.RelationsRecorded:
    relations = ({"other_id": an_id(2, 1), "kind": kind},)
    return public.RelationsRecorded.model_validate(
        {"happened_on": JULY, "mentor_id": an_id(3, number), "relations": relations}
    )


def offer(number: int = 1, urn: str = A, **changes: Any) -> public.OfferRecorded:
    usual: dict[str, Any] = {
        "offer_id": an_id(4, number),
        "school_urn": urn,
        "subject": "physics",
        "phase": "secondary",
        "places": 2,
        "starts_on": AUTUMN,
        "ends_on": CHRISTMAS,
        "academic_year": "2026/27",
    }
    return public.OfferRecorded(happened_on=JULY, **usual | changes)


def limit(scope: str, places: int | None, **place: str) -> public.HostingLimitSet:
    return public.HostingLimitSet.model_validate(
        {"happened_on": JULY, "scope": scope, "academic_year": "2026/27", "places": places} | place
    )


def trainee(number: int = 1, **changes: Any) -> public.TraineeRecorded:
    usual: dict[str, Any] = {
        "trainee_id": an_id(2, number),
        "subject": "physics",
        "phase": "secondary",
        "training_route": "provider_led_postgrad",
        "home_easting": 400_000,
        "home_northing": 430_000,
        "travel_mode": "car",
        "travel_limit_minutes": 45,
    }
    return public.TraineeRecorded(happened_on=JULY, **usual | changes)


def referral_made(number: int = 1, **changes: Any) -> public.ReferralMade:
    ids = {"referral_id": an_id(1, number), "programme_id": PROGRAMME_ID, "trainee_id": an_id(2, number)}
    usual: dict[str, Any] = {"purpose": "induction", "reasons": ()}
    return public.ReferralMade(happened_on=JULY, **ids, **usual | changes)


def referral_accepted(number: int = 1, **changes: Any) -> public.ReferralAccepted:
    ids = {"referral_id": an_id(1, number), "programme_id": PROGRAMME_ID, "trainee_id": an_id(2, number)}
    return public.ReferralAccepted.model_validate({"happened_on": JULY} | ids | changes)


def trainee_unplaced(number: int) -> TraineeUnplaced:
    """Return the event that a round had no place for the trainee."""
    ids = {"referral_id": an_id(1, number), "programme_id": PROGRAMME_ID, "trainee_id": an_id(2, number)}
    return TraineeUnplaced(
        happened_on=JULY, round_id=an_id(9, 1), reason="places_taken", explanation="All are taken.", **ids
    )


def earlier(*urns: str) -> public.EarlierPlacementsRecorded:
    placements = tuple(public.EarlierPlacement(school_urn=urn) for urn in urns)
    return public.EarlierPlacementsRecorded(happened_on=JULY, trainee_id=an_id(2, 1), placements=placements)


def pair_proposed(
    number: int, with_mentor: int, *, pair: int = 1, elsewhere: bool = False, **placement: Any
) -> Proposed:
    """A pair at the first offer unless it names another; `elsewhere` is by a referral to another programme."""
    usual: dict[str, Any] = {
        "school_urn": A,
        "offer_id": an_id(4, 1),
        "subject": "physics",
        "starts_on": AUTUMN,
        "ends_on": CHRISTMAS,
        "meetings_per_week": 1,
        "targets_per_meeting": 3,
        "assessor_is_not_mentor": True,
        "mentor_hours_per_week": 1.5,
    }
    return Proposed(
        **_of_pair(number, with_mentor, pair=pair, elsewhere=elsewhere),
        round_id=UUID(int=9),
        placement=Placement(**usual | placement),
        travel_minutes=0,
        cost=0,
        terms={},
    )


def _of_pair(number: int, with_mentor: int, *, pair: int = 1, elsewhere: bool = False) -> dict[str, Any]:
    return {
        "happened_on": JULY,
        "pair_id": an_id(5, pair),
        "programme_id": PROGRAMME_ID,
        "referral_id": an_id(1, 99 if elsewhere else number),
        "trainee_id": an_id(2, number),
        "mentor_id": an_id(3, with_mentor),
    }


def names(kind: type[WishesStated | VetoesStated | ChoicesStated], person: UUID, *named: object) -> Any:
    return kind(happened_on=JULY, person_id=person, names=tuple(map(str, named)), by=str(person), themselves=True)


@dataclass(frozen=True)
class Known:
    """What matching knows of a partnership, and the day of the round; a `repair` includes those who are placed."""

    events: tuple[BaseModel, ...]
    on: date = JULY
    repair: bool = False

    def public_events(self) -> Sequence[PublicEvent]:
        """Those that referral publishes."""
        return [event for event in self.events if isinstance(event, PublicEvent)]


@dataclass(frozen=True)
class Case:
    """Two partnerships that differ in events of these types only."""

    by: frozenset[type[BaseModel]]
    before: Known
    after: Known


USUAL: tuple[BaseModel, ...] = (programme(), school(), mentor(), offer(), trainee(), referral_accepted())
SECOND_MENTOR = (mentor(2),)
SECOND_TRAINEE = (trainee(2), referral_accepted(2))


def _key(event: BaseModel) -> object:
    """Events of which a later one takes the place of the one before."""
    if isinstance(event, PairEvent):
        return type(event), event.pair_id
    ids = ("urn", "trainee_id", "mentor_id", "offer_id", "referral_id", "place", "person_id")
    return type(event), *(getattr(event, name, None) for name in ids)


def partnership_with(*events: BaseModel, usual: Iterable[BaseModel] = USUAL, **how: Any) -> Known:
    """Return the usual partnership with these events, each in the place of the usual event of its kind."""
    by_key = {_key(event): event for event in usual}
    for event in events:
        by_key[_key(event)] = event
    return Known(tuple(by_key.values()), **how)


def case(before: Sequence[BaseModel], *after: BaseModel, given: Sequence[BaseModel] = (), **how: Any) -> Case:
    """A case of a partnership where `given` is so: with the events before, and with those after in their place."""
    first = partnership_with(*given, *before, **how)
    second = partnership_with(*after, usual=first.events, **how)
    return Case(frozenset(type(event) for event in after), first, second)


def _two(**weights: int) -> tuple[BaseModel, ...]:
    """Two mentors at the school and a programme that weighs this: what is equal goes to the first."""
    return (programme(weights=weights), *SECOND_MENTOR)


ONE_PLACE = (offer(places=1), *SECOND_TRAINEE)
"""Two trainees for one place: what is equal goes to the first."""
REGISTER: dict[str, Any] = {
    "phase": "Secondary",
    "pupils": 1000,
    "gender": "Mixed",
    "religious_character": "None",
    "admissions_policy": "Non-selective",
    "percentage_fsm": 20.0,
    "urban_rural": "Urban city and town",
    "special_classes": "No Special Classes",
}
CONTRASTING = (
    programme(weights={"contrast": 1}),
    *(school(urn, **REGISTER) for urn in (A, B, C)),
    mentor(2, B),
    offer(2, B),
    earlier(C),
)
"""Two equal schools with a mentor and an offer each, and a third, equal to them, of an earlier placement."""


def _contrast(**difference: Any) -> Case:
    return case((), school(B, **REGISTER | difference), given=CONTRASTING)


STALE = programme(offer_stale_days=90, leave_stale_offers_out=True)
BOTH_SAY = (names(ChoicesStated, an_id(2, 1), an_id(3, 2)), names(ChoicesStated, an_id(3, 2), an_id(2, 1)))
BOTH_CHOSE = (
    names(ChoicesStated, an_id(2, 1), an_id(3, 1)),
    names(ChoicesStated, an_id(2, 2), an_id(3, 1)),
    names(ChoicesStated, an_id(3, 1), an_id(2, 1)),
)
OTHER_CHOSE = (names(ChoicesStated, an_id(3, 1), an_id(2, 2)),)
FAR = (trainee(home_easting=420_000),)
"""Twenty kilometres: 39 minutes by car as usual."""

CASES: Mapping[str, Sequence[Case]] = {
    "Trainee.id": [case((), trainee(2), referral_accepted(2))],
    "Trainee.subject": [case((), trainee(subject="history"))],
    "Trainee.phase": [case((), trainee(phase="primary"))],
    "Trainee.home": [case((), trainee(home_easting=460_000))],
    "Trainee.travel_mode": [
        case((trainee(home_easting=405_000),), trainee(home_easting=405_000, travel_mode="walking"))
    ],
    "Trainee.travel_limit_minutes": [
        case((trainee(home_easting=405_000),), trainee(home_easting=405_000, travel_limit_minutes=5))
    ],
    "Trainee.barred_mentors": [
        case((), names(VetoesStated, an_id(2, 1), an_id(3, 1))),
        case(
            (),
            pair_proposed(1, 1),
            Declined(**_of_pair(1, 1), side="mentor", by="somebody", decliner_id=an_id(3, 1)),
        ),
    ],
    "Trainee.barred_schools": [case((), names(VetoesStated, an_id(2, 1), A))],
    "Trainee.priority": [
        case((), referral_made(2, priority="urgent"), given=ONE_PLACE),
        case((), referral_accepted(1, priority="flexible"), given=ONE_PLACE),
    ],
    "Trainee.left_over": [case((), trainee_unplaced(2), given=ONE_PLACE)],
    "Trainee.hours_a_week": [case((), referral_accepted(mentor_hours_per_week=4.0))],
    "Trainee.route": [case((), trainee(route_kind="salaried"), given=(offer(routes=("fee",)),))],
    "Trainee.year_groups": [case((), trainee(year_groups=("year_7",)), given=(offer(year_groups=("year_10",)),))],
    "Trainee.send_placement": [case((), referral_made(send_placement=True))],
    "Trainee.available_from": [case((), trainee(course_starts_on=date(2026, 10, 1)))],
    "Trainee.available_until": [case((), trainee(course_ends_on=date(2026, 12, 1)))],
    "Trainee.earlier_schools": [case((), earlier(A))],
    "Trainee.placements_left": [
        case(
            (trainee(placements_left=2),),
            trainee(placements_left=1),
            given=(programme(same_school_again=True, schools_at_least=2), earlier(A)),
        )
    ],
    "Trainee.former_schools": [
        case((), relations_recorded("former_school"), given=(programme(conflicts=("former_school",)),))
    ],
    "Trainee.place": [
        case(
            (),
            trainee(home_area="LS6"),
            given=(TravelTimesKnown(happened_on=JULY, place="LS6", minutes={"car": {A: 90}}),),
        )
    ],
    "Trainee.needs": [
        case(
            (referral_made(),),
            referral_made(reasons=("behaviour_management",)),
            given=(
                programme(weights={"strengths": 1}, facets_by_reason={"behaviour_management": ("behaviour",)}),
                *SECOND_MENTOR,
                mentor_declared(2, facets=("behaviour",)),
            ),
        )
    ],
    "Trainee.situation": [
        case((), trainee(situation=("returner",)), given=(*_two(likeness=1), mentor(2, situation=("returner",))))
    ],
    "Trainee.wishes": [case((), names(WishesStated, an_id(2, 1), an_id(3, 2)), given=_two(wishes=1))],
    "Trainee.earlier_mentors": [
        case(
            (),
            pair_proposed(
                1, 2, elsewhere=True, offer_id=an_id(4, 9), starts_on=date(2026, 1, 5), ends_on=date(2026, 3, 27)
            ),
            given=(
                programme(weights={"continuity": 1}, same_school_again=True),
                *SECOND_MENTOR,
                referral_accepted(1, referral_id=an_id(1, 99), programme_id=UUID(int=2)),
            ),
        )
    ],
    "Trainee.vetoed": [case((), names(VetoesStated, an_id(3, 1), an_id(2, 1)), given=(relations_recorded("family"),))],
    "Mentor.id": [case((), mentor(2), given=(mentor(capacity_hours=0.0),))],
    "Mentor.schools": [case((), mentor(periods=({"school_urn": B},)), given=(school(B),))],
    "Mentor.subjects": [case((), mentor(subjects=("history",)))],
    "Mentor.phases": [case((), mentor(phases=("primary",)))],
    "Mentor.capacity_hours": [case((), mentor(capacity_hours=1.0))],
    "Mentor.volunteer": [case((), mentor(role="directed"), given=_two(volunteers_first=1))],
    "Mentor.available_from": [
        case((), mentor_declared(available=({"starts_on": date(2026, 10, 1), "ends_on": date(2027, 7, 31)},)))
    ],
    "Mentor.available_until": [
        case((), mentor_declared(available=({"starts_on": date(2026, 9, 1), "ends_on": date(2026, 12, 1)},)))
    ],
    "Mentor.trained": [
        case(
            (),
            public.TrainingLogged(
                happened_on=JULY,
                mentor_id=an_id(3, 1),
                training_id=an_id(6, 1),
                provider="North Star",
                academic_year="2025/26",
                kind="initial",
                hours=6.0,
            ),
            given=(programme(asks_training=True),),
        ),
        case((), mentor(trained_on=JULY), given=(programme(asks_training=True),)),
    ],
    "Mentor.has_qts": [
        case((), mentor(has_qts=True), given=(programme(asks_qts=True),)),
        case((mentor(has_qts=True),), mentor(has_qts=False), given=(programme(asks_qts=True),)),
    ],
    "Mentor.relations": [case((), relations_recorded("line_manager"))],
    "Mentor.facets": [
        case(
            (),
            mentor_declared(2, facets=("behaviour",)),
            given=(
                programme(weights={"strengths": 1}, facets_by_reason={"behaviour_management": ("behaviour",)}),
                referral_made(reasons=("behaviour_management",)),
                *SECOND_MENTOR,
            ),
        )
    ],
    "Mentor.situation": [
        case((), mentor(2, situation=("returner",)), given=(*_two(likeness=1), trainee(situation=("returner",))))
    ],
    "Mentor.load_hours": [case((), mentor_declared(load={"ect": 1.0}), given=_two(spread=1))],
    "Mentor.wishes": [
        case((), names(WishesStated, an_id(3, 1), an_id(2, 2)), given=(programme(weights={"wishes": 1}), *ONE_PLACE))
    ],
    "MentorSchool.urn": [case((mentor(periods=({"school_urn": A},)),), mentor(periods=({"school_urn": B},)))],
    "MentorSchool.starts_on": [case((), mentor(periods=({"school_urn": A, "starts_on": date(2026, 10, 1)},)))],
    "MentorSchool.ends_on": [case((), mentor(periods=({"school_urn": A, "ends_on": date(2026, 12, 1)},)))],
    "Offer.id": [case((), offer(2), given=(offer(places=0),))],
    "Offer.school_urn": [case((), offer(urn=B), given=(school(B),))],
    "Offer.subject": [case((), offer(subject="history"))],
    "Offer.phase": [case((), offer(phase="primary"))],
    "Offer.places": [case((), offer(places=0))],
    "Offer.starts_on": [case((), offer(starts_on=date(2026, 9, 1)), given=(trainee(course_starts_on=AUTUMN),))],
    "Offer.ends_on": [case((), offer(ends_on=date(2027, 1, 30)), given=(trainee(course_ends_on=CHRISTMAS),))],
    "Offer.routes": [case((), offer(routes=("fee",)), given=(trainee(route_kind="salaried"),))],
    "Offer.year_groups": [case((), offer(year_groups=("year_10",)), given=(trainee(year_groups=("year_7",)),))],
    "Offer.send_placement": [case((), offer(send_placement=True))],
    "Offer.groups": [
        case((), limit("department", 0, school_urn=A, subject="physics")),
        case((), limit("school", 0, school_urn=A)),
        case((), limit("trust", 0, trust_code="T1")),
        case(
            (offer(places=1),),
            offer(places=1, shared_with=(B,)),
            given=(school(B), mentor(capacity_hours=0.0), mentor(2, B)),
        ),
    ],
    "Offer.last_confirmed_on": [
        case((offer(last_confirmed_on=JULY),), offer(last_confirmed_on=date(2026, 1, 5)), given=(STALE,))
    ],
    "Group.id": [
        case(
            (limit("school", 0, school_urn=A),), limit("school", None, school_urn=A), limit("trust", 0, trust_code="T1")
        )
    ],
    "Group.words": [
        case(
            (limit("school", 0, school_urn=A),), limit("school", None, school_urn=A), limit("trust", 0, trust_code="T1")
        )
    ],
    "Group.places": [case((limit("school", 1, school_urn=A),), limit("school", 0, school_urn=A))],
    "School.urn": [case((), public.SchoolSucceeded(happened_on=JULY, urn=A, successor_urn=B), given=(school(B),))],
    "School.point": [case((), school(easting=460_000))],
    "Point.easting": [case((), school(easting=460_000))],
    "Point.northing": [case((), school(northing=490_000))],
    "Factors.phase": [_contrast(phase="Primary")],
    "Factors.pupils": [_contrast(pupils=200)],
    "Factors.gender": [_contrast(gender="Girls")],
    "Factors.faith": [_contrast(religious_character="Roman Catholic")],
    "Factors.admissions": [_contrast(admissions_policy="Selective")],
    "Factors.free_meals": [_contrast(percentage_fsm=45.0)],
    "Factors.urban_rural": [_contrast(urban_rural="Rural village")],
    "Factors.special_provision": [_contrast(special_classes="Has Special Classes")],
    "Travel.detour_factor": [case((), programme(detour_factor=3.0), given=FAR)],
    "Travel.kmh": [case((), programme(travel_speeds={"car": 10.0}), given=FAR)],
    "Travel.caps": [case((), programme(travel_caps={"car": 20}), given=FAR)],
    "Travel.minutes": [
        case(
            (),
            TravelTimesKnown(happened_on=JULY, place="LS6", minutes={"car": {A: 90}}),
            given=(trainee(home_area="LS6"),),
        )
    ],
    "Rules.hours_per_trainee_week": [case((), programme(mentor_hours_per_trainee_week=4.0))],
    "Rules.weights": [case((), programme(weights={"volunteers_first": 1}), given=(mentor(role="directed"), mentor(2)))],
    "Rules.travel": [case((), programme(detour_factor=3.0), given=FAR)],
    "Rules.contrast": [
        case(
            (programme(weights={"contrast": 1}, contrast={"gender": 1}),),
            programme(weights={"contrast": 1}, contrast={"faith": 1}),
            given=(
                *CONTRASTING,
                school(A, **REGISTER | {"gender": "Girls"}),
                school(B, **REGISTER | {"religious_character": "Roman Catholic"}),
            ),
        )
    ],
    "Rules.conflicts": [case((), programme(conflicts=()), given=(relations_recorded("family"),))],
    "Rules.asks_training": [case((), programme(asks_training=True))],
    "Rules.asks_qts": [case((), programme(asks_qts=True))],
    "Rules.same_school_again": [case((), programme(same_school_again=True), given=(earlier(A),))],
    "Rules.schools_at_least": [
        case(
            (programme(same_school_again=True),),
            programme(same_school_again=True, schools_at_least=2),
            given=(earlier(A), trainee(placements_left=1)),
        )
    ],
    "Rules.on": [
        Case(
            frozenset({NewRound}),
            partnership_with(STALE, offer(last_confirmed_on=JULY), on=JULY),
            partnership_with(STALE, offer(last_confirmed_on=JULY), on=date(2026, 11, 2)),
        )
    ],
    "Rules.offer_stale_days": [
        case(
            (STALE,),
            programme(offer_stale_days=365, leave_stale_offers_out=True),
            given=(offer(last_confirmed_on=date(2026, 1, 5)),),
        )
    ],
    "Rules.leave_stale_offers_out": [
        case((STALE,), programme(offer_stale_days=90), given=(offer(last_confirmed_on=date(2026, 1, 5)),))
    ],
    "ChosenPair.trainee_id": [case(BOTH_CHOSE, *OTHER_CHOSE, given=ONE_PLACE)],
    "ChosenPair.mentor_id": [case((), *BOTH_SAY, given=SECOND_MENTOR)],
    "Match.trainee_id": [case((pair_proposed(1, 1),), pair_proposed(2, 1), given=ONE_PLACE, repair=True)],
    "Match.mentor_id": [case((pair_proposed(1, 1),), pair_proposed(1, 2), given=SECOND_MENTOR, repair=True)],
    "Match.offer_id": [
        case((pair_proposed(1, 1),), pair_proposed(1, 1, offer_id=an_id(4, 2)), given=(offer(2),), repair=True)
    ],
    "Problem.trainees": [case((), trainee(2), referral_accepted(2))],
    "Problem.offers": [case((), offer(2), given=(offer(places=0),))],
    "Problem.mentors": [case((), mentor(2), given=(mentor(capacity_hours=0.0),))],
    "Problem.schools": [case((), school(B), given=(mentor(urn=B), offer(urn=B)))],
    "Problem.rules": [
        case(
            (),
            public.ProgrammeRulesChanged(
                happened_on=JULY,
                programme_id=PROGRAMME_ID,
                rules_version=2,
                stretches=(public.RulesFrom(effective_from=JULY, rules=programme(asks_training=True).rules),),
            ),
        )
    ],
    "Problem.groups": [case((), limit("school", 0, school_urn=A))],
    "Problem.locked": [
        case(
            (),
            Locked(**_of_pair(2, 1, pair=2), by="the lead"),
            given=(*ONE_PLACE, pair_proposed(1, 1), pair_proposed(2, 1, pair=2)),
            repair=True,
        )
    ],
    "Problem.chosen": [case((), *BOTH_SAY, given=SECOND_MENTOR)],
    "Problem.standing": [case((), pair_proposed(1, 2), given=SECOND_MENTOR, repair=True)],
    "Problem.factors": [_contrast(gender="Girls")],
}
"""By class and field."""
