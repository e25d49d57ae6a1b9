"""Record mentors, teachers and trainees from import files.

For a person on record, a blank cell changes nothing, and neither does a missing column.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain.earlier_placements import EARLIER, Placement, RecordEarlier
from services.referral.domain.earlier_placements import Commands as EarlierCommands
from services.referral.domain.people import PERSON, Kind, Person, RecordPerson, person_id
from services.referral.domain.people import Commands as PersonCommands
from services.referral.domain.profiles import (
    Identity,
    MenteeProfile,
    MentorProfile,
    Profile,
    SchoolPeriod,
    TraineeProfile,
    near_home,
)
from services.referral.imports.formats.people import AnyTraineeRow, MentorRow, RegisterTraineeRow, TeacherRow
from services.referral.imports.outcomes import Outcome
from services.referral.imports.recording.identities import load_people
from services.referral.imports.recording.same_people import errors_of_same_people, note_rows
from services.referral.imports.recording.schools import errors_of_schools
from services.referral.imports.row_commands import RowCommand, decide_rows
from shared.kernel.unit import Unit
from shared.spreadsheets.errors import CellError
from shared.spreadsheets.rows import Draft

_AnyRow = MentorRow | TeacherRow | AnyTraineeRow
_NO_TEACHER = "A pupil or a parent is on record with this reference. Give the teacher another reference."


async def record_mentors(unit: Unit, drafts: Sequence[Draft[MentorRow]], on: date) -> Outcome:
    """Record mentors at recorded schools."""
    errors = await errors_of_schools(unit, drafts, "school_urn", "other_schools")
    return await _record_people(unit, "mentor", "staff_reference", drafts, errors, on)


async def record_teachers(unit: Unit, drafts: Sequence[Draft[TeacherRow]], on: date) -> Outcome:
    """Record teachers at recorded schools who are mentored; the reference of a pupil or a parent is an error."""
    errors = await errors_of_schools(unit, drafts, "school_urn")
    column = "teacher_reference"
    keys = {draft.line: _key(unit.tenant, "mentee", draft.filled.get(column)) for draft in drafts}
    on_record = await unit.load(PERSON, *(key for key in keys.values() if key is not None))
    others = {
        person.person_id
        for person in on_record
        if isinstance(person.profile, MenteeProfile) and person.profile.kind != "teacher"
    }
    for line, key in keys.items():
        if key in others:
            errors.setdefault(line, []).append(CellError(line, column, "no_teacher", _NO_TEACHER))
    return await _record_people(unit, "mentee", column, drafts, errors, on)


async def record_trainees(unit: Unit, drafts: Sequence[Draft[AnyTraineeRow]], on: date) -> Outcome:
    """Record trainees, and their earlier placements if the file has them."""
    columns = ("placement_1_urn", "placement_2_urn", "placement_3_urn")
    registered = [draft for draft in drafts if isinstance(draft.row, RegisterTraineeRow)]
    errors = await errors_of_schools(unit, drafts, *columns)
    outcome = await _record_people(unit, "trainee", "provider_trainee_id", drafts, errors, on)
    refused = {error.line for error in outcome.errors}
    placed: list[RowCommand[EarlierCommands]] = [
        RowCommand(draft.line, column, key, RecordEarlier(trainee_id=key, placement=Placement(school_urn=urn), on=on))
        for draft in registered
        if draft.line not in refused and isinstance(draft.row, RegisterTraineeRow)
        for key in [person_id(unit.tenant, "trainee", draft.row.provider_trainee_id)]
        for column, urn in draft.row.earlier_placements.items()
    ]
    outcome.streams += (await decide_rows(unit, EARLIER, placed)).streams
    return outcome


async def _record_people(
    unit: Unit,
    kind: Kind,
    reference: str,
    drafts: Sequence[Draft[Any]],
    errors: dict[int, list[CellError]],
    on: date,
) -> Outcome:
    keys = {draft.line: _key(unit.tenant, kind, draft.filled.get(reference)) for draft in drafts}
    recorded = await load_people(unit, [key for key in keys.values() if key is not None])
    commands: list[RowCommand[PersonCommands]] = []
    for draft in drafts:
        key = keys[draft.line]
        person, identity = recorded[key] if key is not None else (Person(), None)
        whole = draft.filled_from(_on_record(draft, reference, identity, person.profile)) if identity else draft
        if key is None or whole.row is None or draft.line in errors:
            errors[draft.line] = [*whole.errors, *errors.get(draft.line, [])]
            continue
        command = RecordPerson(
            person_id=key,
            identity=_identity(whole.row, reference, identity),
            on_record=identity,
            profile=_profile(whole.row, person.profile),
            on=on,
        )
        commands.append(RowCommand(draft.line, reference, key, command))
    clashing, warnings, claims = await errors_of_same_people(unit, kind, commands)
    commands = [row for row in commands if row.line not in clashing]
    outcome = (await decide_rows(unit, PERSON, commands)).with_errors(errors | clashing)
    outcome.warnings = [warning for warning in warnings if warning.line not in clashing]
    outcome.claims = claims
    await note_rows(unit, kind, commands)
    return outcome


def _key(tenant: str, kind: Kind, reference: str | None) -> UUID | None:
    return person_id(tenant, kind, " ".join(reference.split())) if reference else None


def _on_record(draft: Draft[Any], reference: str, identity: Identity, profile: Profile | None) -> dict[str, Any]:
    """Make what is on record of a person into the fields of a row, to take the place of its blank cells."""
    recorded = identity.model_dump() | {reference: identity.reference}
    if isinstance(profile, MentorProfile):
        recorded |= profile.model_dump(exclude={"periods"}) | {"capacity_hours_per_week": str(profile.capacity_hours)}
        recorded |= _schools_on_record(profile, draft.filled.get("school_urn", profile.school_urn))
    elif profile is not None:
        recorded |= profile.model_dump()
    # somebody without an e-mail address has an empty one
    return {field: value for field, value in recorded.items() if value not in (None, "")}


def _schools_on_record(profile: MentorProfile, school_urn: str) -> dict[str, Any]:
    """Make the recorded schools of a mentor into the fields of a row whose main school is this one.

    Where the row names another main school than the record, the recorded main school is left out with its dates.
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


def _identity(row: _AnyRow, reference: str, recorded: Identity | None) -> Identity:
    named = {name: getattr(row, name) for name in Identity.model_fields if name in type(row).model_fields}
    if (born := named.get("date_of_birth")) is not None:
        named["date_of_birth"] = f"{born}"
    kept = recorded.model_dump() if recorded else {}
    return Identity.model_validate(kept | named | {"reference": getattr(row, reference)})


def _profile(row: _AnyRow, recorded: Profile | None) -> Profile:
    """Make the profile of a row; fields that the file does not have stay as they are on record."""
    if isinstance(row, TeacherRow):
        return MenteeProfile(kind="teacher", school_urn=row.school_urn)
    if isinstance(row, MentorRow):
        fields = row.model_dump(include=set(MentorProfile.model_fields)) | {
            "phases": tuple(sorted(row.phases)),
            "capacity_hours": float(row.capacity_hours_per_week),
            "situation": tuple(sorted(row.situation)),
        }
        kept = recorded.model_dump() if isinstance(recorded, MentorProfile) else {}
        main = SchoolPeriod(school_urn=row.school_urn, starts_on=row.at_school_from, ends_on=row.at_school_until)
        return MentorProfile.model_validate(kept | fields).at_schools([main, *row.other_schools])
    fields = row.model_dump(include=set(TraineeProfile.model_fields))
    for name in ("home_easting", "home_northing"):
        if fields.get(name) is not None:
            fields[name] = near_home(fields[name])
    for name in ("situation", "year_groups"):
        if name in fields:
            fields[name] = tuple(sorted(fields[name]))
    kept = recorded.model_dump() if isinstance(recorded, TraineeProfile) else {}
    return TraineeProfile.model_validate(kept | fields)
