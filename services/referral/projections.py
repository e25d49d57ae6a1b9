"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain import earlier, hosting, mentoring, offer, person, programme, referral, school, standing
from shared.kernel.readmodel import ReadModel, Step, by, gone, row_of


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme that runs, its settings from which day on, and what of them the partnership set otherwise."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    rules_version: int
    stretches: tuple[dict[str, Any], ...]
    overrides: tuple[dict[str, Any], ...] = ()


def _opened(_: ProgrammeRow | None, event: programme.ProgrammeOpened) -> ProgrammeRow:
    first = {"effective_from": event.starts_on.isoformat(), "settings": event.settings}
    return row_of(ProgrammeRow, event, rules_version=1, stretches=(first,))


def _overridden(row: ProgrammeRow, event: programme.SettingOverridden) -> ProgrammeRow:
    said = event.override.model_dump(mode="json") | {"said_on": event.happened_on.isoformat()}
    stretches = tuple(stretch.model_dump(mode="json") for stretch in event.stretches)
    return replace(row, rules_version=event.number, stretches=stretches, overrides=(*row.overrides, said))


PROGRAMMES = ReadModel(
    name="programmes",
    row=ProgrammeRow,
    key=("programme_id",),
    on={
        programme.ProgrammeOpened: Step(by("programme_id"), _opened),
        programme.SettingOverridden: Step(by("programme_id"), _overridden),
    },
)


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral and where it stands; `changed_on` is the date of its last step.

    `consent` is whose consent the programme asks for, and `consented` what they said. Reasons of steps are sealed.
    """

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    purpose: str
    reasons: tuple[str, ...]
    status: str
    referred_by: str
    referred_on: date
    changed_on: date
    rules_version: int
    countersignature: bool
    note: str | None = None
    consent: str | None = None
    consented: bool | None = None
    redirected_from: UUID | None = None
    to_programme_id: UUID | None = None
    to_referral_id: UUID | None = None
    to_role: str | None = None
    reason_declined: str | None = None
    reason_redirected: str | None = None
    reason_withdrawn: str | None = None


def _made(_: ReferralRow | None, event: referral.ReferralMade) -> ReferralRow:
    return row_of(
        ReferralRow,
        event,
        status="referred",
        referred_by=event.by,
        referred_on=event.happened_on,
        changed_on=event.happened_on,
    )


def _countersigned(row: ReferralRow, event: referral.ReferralCountersigned) -> ReferralRow:
    return replace(row, status="countersigned", changed_on=event.happened_on)


def _accepted(row: ReferralRow, event: referral.ReferralAccepted) -> ReferralRow:
    return replace(row, status="accepted", changed_on=event.happened_on)


def _declined(row: ReferralRow, event: referral.ReferralDeclined) -> ReferralRow:
    return replace(row, status="declined", changed_on=event.happened_on, reason_declined=event.reason)


def _consented(row: ReferralRow, event: referral.ConsentGiven | referral.ConsentRefused) -> ReferralRow:
    return replace(row, consented=isinstance(event, referral.ConsentGiven), changed_on=event.happened_on)


def _redirected(row: ReferralRow, event: referral.ReferralRedirected) -> ReferralRow:
    return replace(
        row,
        status="redirected",
        changed_on=event.happened_on,
        to_programme_id=event.to_programme_id,
        to_referral_id=event.to_referral_id,
        to_role=event.to_role,
        reason_redirected=event.reason,
    )


def _withdrawn(row: ReferralRow, event: referral.ReferralWithdrawn) -> ReferralRow:
    return replace(row, status="withdrawn", changed_on=event.happened_on, reason_withdrawn=event.reason)


def _rehomed(row: ReferralRow, event: referral.ReferralRehomed) -> ReferralRow:
    return replace(row, trainee_id=event.trainee_id)


REFERRALS = ReadModel(
    name="referrals",
    row=ReferralRow,
    key=("referral_id",),
    on={
        referral.ReferralMade: Step(by("referral_id"), _made),
        referral.ReferralCountersigned: Step(by("referral_id"), _countersigned),
        referral.ConsentGiven: Step(by("referral_id"), _consented),
        referral.ConsentRefused: Step(by("referral_id"), _consented),
        referral.ReferralAccepted: Step(by("referral_id"), _accepted),
        referral.ReferralDeclined: Step(by("referral_id"), _declined),
        referral.ReferralRedirected: Step(by("referral_id"), _redirected),
        referral.ReferralWithdrawn: Step(by("referral_id"), _withdrawn),
        referral.ReferralRehomed: Step(by("referral_id"), _rehomed),
    },
    indexes=("status", "trainee_id"),
)


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school as the register shows it; easting and northing are metres (EPSG:27700).

    One that closed stays, with status `closed`, and says who followed it where that is known.
    """

    urn: str
    name: str
    status: str
    phases: tuple[str, ...]
    phase: str | None
    type_of_establishment: str | None
    la_code: str | None
    la_name: str | None
    town: str | None
    postcode: str | None
    trust_code: str | None
    trust_name: str | None
    low_age: int | None
    high_age: int | None
    pupils: int | None
    percentage_fsm: float | None
    easting: int | None
    northing: int | None
    closed_on: date | None = None
    successor_urn: str | None = None
    predecessors: tuple[str, ...] = ()


def _school_recorded(row: SchoolRow | None, event: school.SchoolRecorded) -> SchoolRow:
    return row_of(SchoolRow, event.row, urn=event.urn, predecessors=row.predecessors if row else ())


def _school_closed(row: SchoolRow, event: school.SchoolClosed) -> SchoolRow:
    return replace(row, status="closed", closed_on=event.happened_on)


def _school_succeeded(row: SchoolRow, event: school.SchoolSucceeded) -> SchoolRow:
    closed_on = row.closed_on or event.happened_on
    return replace(row, status="closed", closed_on=closed_on, successor_urn=event.successor_urn)


def _school_followed(row: SchoolRow, event: school.SchoolFollowed) -> SchoolRow:
    return replace(row, predecessors=(*row.predecessors, event.predecessor_urn))


def _school_restored(row: SchoolRow, event: school.SchoolRestored) -> SchoolRow | None:
    to = event.standing
    if to.row is None:
        return None
    before = row_of(SchoolRow, to.row, urn=event.urn, successor_urn=to.successor_urn, predecessors=to.predecessors)
    return replace(before, status="closed", closed_on=row.closed_on) if to.closed else before


SCHOOLS = ReadModel(
    name="schools",
    row=SchoolRow,
    key=("urn",),
    on={
        school.SchoolRecorded: Step(by("urn"), _school_recorded),
        school.SchoolClosed: Step(by("urn"), _school_closed),
        school.SchoolSucceeded: Step(by("urn"), _school_succeeded),
        school.SchoolFollowed: Step(by("urn"), _school_followed),
        school.SchoolRestored: Step(by("urn"), _school_restored),
    },
    indexes=("trust_code",),
)


@dataclass(frozen=True, slots=True)
class EarlierRow:
    """Where a trainee was placed before, one after the other as it became known."""

    trainee_id: UUID
    placements: tuple[dict[str, Any], ...]


def _placed_earlier(_: EarlierRow | None, event: earlier.EarlierPlacementsRecorded) -> EarlierRow | None:
    return EarlierRow(event.trainee_id, tuple(one.model_dump(mode="json") for one in event.placements))


EARLIER = ReadModel(
    name="earlier",
    row=EarlierRow,
    key=("trainee_id",),
    on={
        earlier.EarlierPlacementsRecorded: Step(by("trainee_id"), _placed_earlier),
        person.PersonErased: Step(by("person_id"), gone),
    },
)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody: who they are, sealed, and their profile; the school of a mentor or mentee.

    Gone once they are erased, once another record stands for theirs, and once their registration is undone.
    """

    person_id: UUID
    kind: str
    reference: str
    given_name: str
    family_name: str
    email: str
    trn: str | None
    school_urn: str | None
    profile: dict[str, Any]
    hesa_id: str | None = None


def _mentor(_: PersonRow | None, event: person.MentorRecorded) -> PersonRow:
    return _person("mentor", event, event.profile.school_urn)


def _trainee(_: PersonRow | None, event: person.TraineeRecorded) -> PersonRow:
    return _person("trainee", event, None)


def _mentee(_: PersonRow | None, event: person.MenteeRecorded) -> PersonRow:
    return _person("mentee", event, event.profile.school_urn)


def _person(
    kind: str, event: person.MentorRecorded | person.TraineeRecorded | person.MenteeRecorded, school_urn: str | None
) -> PersonRow:
    return row_of(PersonRow, event, kind=kind, school_urn=school_urn, profile=event.profile.model_dump(mode="json"))


PEOPLE = ReadModel(
    name="people",
    row=PersonRow,
    key=("person_id",),
    on={
        person.MentorRecorded: Step(by("person_id"), _mentor),
        person.TraineeRecorded: Step(by("person_id"), _trainee),
        person.MenteeRecorded: Step(by("person_id"), _mentee),
        person.PersonErased: Step(by("person_id"), gone),
        person.PeopleMerged: Step(by("person_id"), gone),
        person.RegistrationUndone: Step(by("person_id"), gone),
    },
    indexes=("kind", "school_urn"),
)


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A record for which another one stands."""

    merged_id: UUID
    kept_id: UUID
    merged_on: date


def _merged(_: MergeRow | None, event: person.PeopleMerged) -> MergeRow:
    return MergeRow(event.person_id, event.into, event.happened_on)


MERGES = ReadModel(
    name="merges", row=MergeRow, key=("merged_id",), on={person.PeopleMerged: Step(by("person_id"), _merged)}
)


@dataclass(frozen=True, slots=True)
class StandingRow:
    """Where a trainee stands who ever deferred or withdrew; `reason` and `reasons` are sealed."""

    person_id: UUID
    standing: str
    since: date
    expected_back_on: date | None = None
    reason: str | None = None
    trigger: str | None = None
    reasons: str | None = None
    future_interest: str | None = None


def _stands(_: StandingRow | None, event: standing.Events) -> StandingRow:
    after = standing.evolve(standing.Standing(), event)
    return row_of(StandingRow, event, standing=after.stands, since=event.happened_on)


STANDINGS = ReadModel(
    name="standings",
    row=StandingRow,
    key=("person_id",),
    on={
        **{event: Step(by("person_id"), _stands) for event in standing.STANDING.events},
        person.PersonErased: Step(by("person_id"), gone),
    },
)


@dataclass(frozen=True, slots=True)
class MentoringRow:
    """What a mentor can be asked for (None until they say), their relations and training, as JSON."""

    person_id: UUID
    terms: dict[str, Any] | None = None
    relations: tuple[dict[str, Any], ...] = ()
    trainings: tuple[dict[str, Any], ...] = ()


def _declared(row: MentoringRow | None, event: mentoring.MentorDeclared) -> MentoringRow:
    return replace(row or MentoringRow(event.person_id), terms=event.terms.model_dump(mode="json"))


def _related(row: MentoringRow | None, event: mentoring.RelationsRecorded) -> MentoringRow:
    relations = tuple(relation.model_dump(mode="json") for relation in event.relations)
    return replace(row or MentoringRow(event.person_id), relations=relations)


def _trained(row: MentoringRow | None, event: mentoring.TrainingLogged) -> MentoringRow:
    row = row or MentoringRow(event.person_id)
    return replace(row, trainings=(*row.trainings, event.training.model_dump(mode="json")))


MENTORINGS = ReadModel(
    name="mentorings",
    row=MentoringRow,
    key=("person_id",),
    on={
        mentoring.MentorDeclared: Step(by("person_id"), _declared),
        mentoring.RelationsRecorded: Step(by("person_id"), _related),
        mentoring.TrainingLogged: Step(by("person_id"), _trained),
        person.PersonErased: Step(by("person_id"), gone),
    },
)


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A school's offer; no places is an offer withdrawn, no year groups or routes are any."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: str
    places: int
    starts_on: date
    ends_on: date
    academic_year: str
    recorded_on: date
    last_confirmed_on: date
    year_groups: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()


def _offered(row: OfferRow | None, event: offer.Events) -> OfferRow:
    recorded_on = row.recorded_on if row and isinstance(event, offer.OfferConfirmed) else event.happened_on
    return row_of(OfferRow, event, recorded_on=recorded_on, last_confirmed_on=event.happened_on)


OFFERS = ReadModel(
    name="offers",
    row=OfferRow,
    key=("offer_id",),
    on={event: Step(by("offer_id"), _offered) for event in offer.OFFER.events},
    indexes=("school_urn", "last_confirmed_on"),
)


@dataclass(frozen=True, slots=True)
class HostingRow:
    """How open a school is to hosting in an academic year."""

    school_urn: str
    academic_year: str
    appetite: str
    reasons_not_hosting: tuple[str, ...]
    said_on: date


HOSTINGS = ReadModel(
    name="hostings",
    row=HostingRow,
    key=("school_urn", "academic_year"),
    on={
        hosting.AppetiteSaid: Step(
            by("school_urn", "academic_year"), lambda _, event: row_of(HostingRow, event, said_on=event.happened_on)
        )
    },
)

READ_MODELS = (PROGRAMMES, REFERRALS, SCHOOLS, EARLIER, PEOPLE, MERGES, STANDINGS, MENTORINGS, OFFERS, HOSTINGS)
