"""Rows of import files to decisions on mentors, trainees and where trainees were placed before.

A blank cell of somebody on record changes nothing, and neither does what a file has no column for.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from services.referral.domain.earlier_placements import EARLIER, Placement, RecordEarlier
from services.referral.domain.earlier_placements import Commands as EarlierCommands
from services.referral.domain.people import PERSON, Kind, Person, RecordPerson, person_id
from services.referral.domain.people import Commands as PersonCommands
from services.referral.domain.profiles import Identity, MentorProfile, Profile, SchoolPeriod, TraineeProfile, near_home
from services.referral.imports.formats.earlier_placements import AnyPlacementRow
from services.referral.imports.formats.people import AnyTraineeRow, MentorRow, RegisterTraineeRow
from services.referral.imports.reading.errors import CellError
from services.referral.imports.reading.rows import Draft, Row
from services.referral.imports.recording.identities import on_record
from services.referral.imports.recording.schools import Asked, Taken, decide, schools_wrong, with_errors
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.unit import Unit

RowT = TypeVar("RowT", bound=Row)

_UNKNOWN_TRAINEE = "No trainee of this partnership is called by this. Correct it, or import the trainees first."


async def take_mentors(unit: Unit, drafts: Sequence[Draft[MentorRow]], on: date) -> Taken:
    """Record mentors at recorded schools."""
    wrong = await schools_wrong(unit, drafts, "school_urn", "other_schools")
    return await _take_people(unit, "mentor", "staff_reference", drafts, wrong, on)


async def take_trainees(unit: Unit, drafts: Sequence[Draft[AnyTraineeRow]], on: date) -> Taken:
    """Record trainees, and where they were placed before where the file says that."""
    columns = ("placement_1_urn", "placement_2_urn", "placement_3_urn")
    registered = [draft for draft in drafts if isinstance(draft.row, RegisterTraineeRow)]
    wrong = await schools_wrong(unit, drafts, *columns)
    taken = await _take_people(unit, "trainee", "provider_trainee_id", drafts, wrong, on)
    refused = {error.line for error in taken.errors}
    placed: list[Asked[EarlierCommands]] = [
        Asked(draft.line, column, key, RecordEarlier(trainee_id=key, placement=Placement(school_urn=urn), on=on))
        for draft in registered
        if draft.line not in refused and isinstance(draft.row, RegisterTraineeRow)
        for key in [person_id(unit.tenant, "trainee", draft.row.provider_trainee_id)]
        for column, urn in draft.row.earlier_placements.items()
    ]
    taken.streams += (await decide(unit, EARLIER, placed)).streams
    return taken


async def _take_people(
    unit: Unit,
    kind: Kind,
    reference: str,
    drafts: Sequence[Draft[Any]],
    wrong: dict[int, list[CellError]],
    on: date,
) -> Taken:
    keys = {draft.line: _key(unit.tenant, kind, draft.filled.get(reference)) for draft in drafts}
    known = await on_record(unit, [key for key in keys.values() if key is not None])
    asked: list[Asked[PersonCommands]] = []
    for draft in drafts:
        key = keys[draft.line]
        person, identity = known[key] if key is not None else (Person(), None)
        whole = draft.over(_on_record(draft, reference, identity, person.profile)) if identity else draft
        if key is None or whole.row is None or draft.line in wrong:
            wrong[draft.line] = [*whole.errors, *wrong.get(draft.line, [])]
            continue
        command = RecordPerson(
            person_id=key,
            identity=_identity(whole.row, reference, identity),
            on_record=identity,
            profile=_profile(whole.row, person.profile),
            on=on,
        )
        asked.append(Asked(draft.line, reference, key, command))
    return with_errors(wrong, await decide(unit, PERSON, asked))


def _key(tenant: str, kind: Kind, reference: str | None) -> UUID | None:
    return person_id(tenant, kind, " ".join(reference.split())) if reference else None


def _on_record(draft: Draft[Any], reference: str, identity: Identity, profile: Profile | None) -> dict[str, Any]:
    """What is on record of somebody, by the fields of a row: it takes the place of the row's blank cells."""
    recorded = identity.model_dump() | {reference: identity.reference}
    if isinstance(profile, MentorProfile):
        recorded |= profile.model_dump(exclude={"periods"}) | {"capacity_hours_per_week": str(profile.capacity_hours)}
        recorded |= _schools_on_record(profile, draft.filled.get("school_urn", profile.school_urn))
    elif profile is not None:
        recorded |= profile.model_dump()
    return {field: value for field, value in recorded.items() if value is not None}


def _schools_on_record(profile: MentorProfile, school_urn: str) -> dict[str, Any]:
    """The schools of a mentor by the fields of a row whose main school is this one.

    Where the row names another main school than the record, the dates at the recorded one are no longer of interest.
    """
    periods = [one for one in profile.all_periods if one.school_urn in (school_urn, *_other_urns(profile))]
    main = next((one for one in periods if one.school_urn == school_urn), SchoolPeriod(school_urn=school_urn))
    return {
        "at_school_from": main.starts_on,
        "at_school_until": main.ends_on,
        "other_schools": tuple(one for one in periods if one is not main),
    }


def _other_urns(profile: MentorProfile) -> list[str]:
    return [one.school_urn for one in profile.periods if one.school_urn != profile.school_urn]


def _identity(row: MentorRow | AnyTraineeRow, reference: str, known: Identity | None) -> Identity:
    said = {name: getattr(row, name) for name in Identity.model_fields if name in type(row).model_fields}
    kept = known.model_dump() if known else {}
    return Identity.model_validate(kept | said | {"reference": getattr(row, reference)})


def _profile(row: MentorRow | AnyTraineeRow, known: Profile | None) -> Profile:
    """What the row says over what is on record, which may be more than any file holds."""
    if isinstance(row, MentorRow):
        fields = row.model_dump(include=set(MentorProfile.model_fields)) | {
            "phases": tuple(sorted(row.phases)),
            "capacity_hours": float(row.capacity_hours_per_week),
            "situation": tuple(sorted(row.situation)),
        }
        kept = known.model_dump() if isinstance(known, MentorProfile) else {}
        main = SchoolPeriod(school_urn=row.school_urn, starts_on=row.at_school_from, ends_on=row.at_school_until)
        return MentorProfile.model_validate(kept | fields).at_schools([main, *row.other_schools])
    fields = row.model_dump(include=set(TraineeProfile.model_fields))
    for name in ("home_easting", "home_northing"):
        if fields.get(name) is not None:
            fields[name] = near_home(fields[name])
    if "situation" in fields:
        fields["situation"] = tuple(sorted(fields["situation"]))
    kept = known.model_dump() if isinstance(known, TraineeProfile) else {}
    return TraineeProfile.model_validate(kept | fields)


_SCHOOLS_OF_PLACEMENTS = ("school_urn", "urn", *(f"Placement {number} URN" for number in range(1, 6)))
_CALLED_BY = {"reference": "provider_trainee_id", "trn": "TRN", "hesa_id": "hesa_id"}


async def take_placements(unit: Unit, drafts: Sequence[Draft[AnyPlacementRow]], on: date) -> Taken:
    """Record where trainees on record were placed before."""
    wrong = await schools_wrong(unit, drafts, *_SCHOOLS_OF_PLACEMENTS)
    trainees = await _trainees(unit, drafts)
    asked: list[Asked[EarlierCommands]] = []
    for draft in drafts:
        if draft.row is None or draft.line in wrong:
            wrong[draft.line] = [*draft.errors, *wrong.get(draft.line, [])]
            continue
        called_by, text = draft.row.trainee
        trainee_id = trainees.get((called_by, text.casefold()))
        if trainee_id is None:
            unknown = CellError(draft.line, _CALLED_BY[called_by], "unknown_trainee", _UNKNOWN_TRAINEE)
            wrong[draft.line] = [unknown]
            continue
        dates = {name: getattr(draft.row, name, None) for name in ("starts_on", "ends_on")}
        asked += [
            Asked(
                draft.line,
                column,
                trainee_id,
                RecordEarlier(trainee_id=trainee_id, placement=Placement(school_urn=urn, **dates), on=on),
            )
            for column, urn in draft.row.schools.items()
        ]
    return with_errors(wrong, await decide(unit, EARLIER, asked))


async def _trainees(unit: Unit, drafts: Sequence[Draft[AnyPlacementRow]]) -> dict[tuple[str, str], UUID]:
    """The trainees whom these rows may mean, by what they are called by."""
    called = {draft.row.trainee for draft in drafts if draft.row is not None}
    references = [text for by, text in called if by == "reference"]
    keys = [person_id(unit.tenant, "trainee", reference) for reference in references]
    people = await unit.load(PERSON, *keys)
    found = {
        ("reference", reference.casefold()): key
        for reference, key, person in zip(references, keys, people, strict=True)
        if person.status == "recorded"
    }
    if len(references) == len(called):
        return found
    # the others can only be compared once they are opened: nothing personal is searched for in the database
    connection, keyring = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        rows = await connection.fetch("select person_id, trn, hesa_id from people where kind = 'trainee'")
        opened = await keyring.open(connection, unit.tenant, (text for row in rows for text in (row[1], row[2])))
    for row in rows:
        found |= {(by, opened.get(row[by], row[by])): row["person_id"] for by in ("trn", "hesa_id") if row[by]}
    return found
