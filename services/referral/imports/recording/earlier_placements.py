"""Record earlier placements of trainees from an import file."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.referral.domain.earlier_placements import EARLIER, Commands, Placement, RecordEarlier
from services.referral.domain.people import PERSON, person_id
from services.referral.imports.database import fetch_rows
from services.referral.imports.formats.earlier_placements import AnyPlacementRow
from services.referral.imports.outcomes import Outcome
from services.referral.imports.recording.schools import errors_of_schools
from services.referral.imports.row_commands import RowCommand, decide_rows
from shared.kernel.postgres.store import open_texts
from shared.kernel.unit import Unit
from shared.spreadsheets.errors import CellError
from shared.spreadsheets.rows import Draft

_SCHOOL_COLUMNS = ("school_urn", "urn", *(f"Placement {number} URN" for number in range(1, 6)))
_TRAINEE_COLUMNS = {"reference": "provider_trainee_id", "trn": "TRN", "hesa_id": "hesa_id"}
_UNKNOWN_TRAINEE = "No trainee of this partnership is called by this. Correct it, or import the trainees first."


async def record_placements(unit: Unit, drafts: Sequence[Draft[AnyPlacementRow]], on: date) -> Outcome:
    """Record earlier placements of trainees who are on record."""
    errors = await errors_of_schools(unit, drafts, *_SCHOOL_COLUMNS)
    trainees = await _trainees(unit, drafts)
    commands: list[RowCommand[Commands]] = []
    for draft in drafts:
        if draft.row is None or draft.line in errors:
            errors[draft.line] = [*draft.errors, *errors.get(draft.line, [])]
            continue
        named_by, text = draft.row.trainee
        found = trainees.get((named_by, text.casefold()), [])
        if len(found) != 1:
            code, advice = ("ambiguous_trainee", _ambiguous(found)) if found else ("unknown_trainee", _UNKNOWN_TRAINEE)
            errors[draft.line] = [CellError(draft.line, _TRAINEE_COLUMNS[named_by], code, advice)]
            continue
        (trainee_id,) = found
        dates = {name: getattr(draft.row, name, None) for name in ("starts_on", "ends_on")}
        for column, urn in draft.row.schools.items():
            placement = Placement(school_urn=urn, **dates)
            command = RecordEarlier(trainee_id=trainee_id, placement=placement, on=on)
            commands.append(RowCommand(draft.line, column, trainee_id, command))
    return (await decide_rows(unit, EARLIER, commands)).with_errors(errors)


def _ambiguous(found: Sequence[UUID]) -> str:
    """Say that several trainees are called by this; they are named by their records, so that it can be stored."""
    records = " and ".join(f"record {trainee_id}" for trainee_id in found)
    return f"Several trainees are called by this: {records}. Merge them if they are one person, or correct one of them."


async def _trainees(unit: Unit, drafts: Sequence[Draft[AnyPlacementRow]]) -> dict[tuple[str, str], list[UUID]]:
    """Find the trainees whom these rows may mean, by the kind of their identifier and the identifier."""
    named = {draft.row.trainee for draft in drafts if draft.row is not None}
    references = [text for kind, text in named if kind == "reference"]
    keys = [person_id(unit.tenant, "trainee", reference) for reference in references]
    people = await unit.load(PERSON, *keys)
    found = {
        ("reference", reference.casefold()): [key]
        for reference, key, person in zip(references, keys, people, strict=True)
        if person.status == "recorded"
    }
    if len(references) == len(named):
        return found
    # the others can only be compared once they are opened: nothing personal is searched for in the database
    rows = await fetch_rows(
        unit, "select person_id, trn, hesa_id from people where kind = 'trainee' order by person_id"
    )
    opened = await open_texts(unit.reads, unit.tenant, [text for row in rows for text in (row["trn"], row["hesa_id"])])
    for row in rows:
        for kind in ("trn", "hesa_id"):
            if row[kind]:
                found.setdefault((kind, opened.get(row[kind], row[kind]).casefold()), []).append(row["person_id"])
    return found
