"""Refer people to programmes: one by a command, or many from an import file, by the same rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from services.referral.domain.imports import Effect
from services.referral.domain.people import PERSON, Engage, person_id, refusal
from services.referral.domain.programmes import PROGRAMME
from services.referral.domain.referrals import REFERRAL, Refer, Referral, Status
from services.referral.domain.templates import Template
from services.referral.domain.training_statuses import TRAINING_STATUS
from services.referral.imports.database import fetch_rows
from services.referral.imports.formats.referrals import ReferralRow
from services.referral.imports.outcomes import Outcome
from services.referral.imports.row_commands import code_of
from shared.events.words import Purpose
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.unit import Unit
from shared.spreadsheets.errors import CellError
from shared.spreadsheets.rows import Draft, good_rows

_REFERRALS = UUID("7f0c2a53-6f0d-5d8b-8a52-0d5e8f3f6a51")
OPEN: frozenset[Status] = frozenset({"referred", "countersigned", "accepted"})
"""The statuses of a referral that may still lead to a placement."""
_COLUMN_AT = {"programme_id": "programme", "trainee_id": "provider_trainee_id", "reasons": "reasons"}
_UNKNOWN = "Nobody on record has this reference. Correct it, or import the trainees first."


class ReferredBefore(DomainError):
    """The person has a referral for the same purpose in the programme, which is open or accepted."""


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The referrals of one person to one programme: how many there are, and those that are open or accepted."""

    number: int = 0
    open: tuple[Mapping[str, Any], ...] = ()

    async def refuse(self, unit: Unit, purpose: Purpose) -> None:
        """Raise `ReferredBefore` if one of them is for this purpose, and has not ended since the table was written."""
        for before in self.open:
            if before["purpose"] != purpose:
                continue
            (now,) = await unit.load(REFERRAL, before["referral_id"])
            if now.status in OPEN:
                raise ReferredBefore(
                    f"This person was referred to this programme for the purpose {purpose} on {before['referred_on']}: "
                    f"referral {before['referral_id']}, which is {now.status}. Continue with that one, "
                    "or withdraw that referral first."
                )


async def refuse_second_referral(unit: Unit, referral: Referral) -> None:
    """Raise `ReferredBefore` if the person of a referral that is over has another one like it, open or accepted."""
    assert referral.programme_id is not None
    assert referral.trainee_id is not None
    earlier = await _earlier(unit, [referral.trainee_id])
    await earlier.get((referral.programme_id, referral.trainee_id), _Earlier()).refuse(unit, referral.purpose)


async def refer(unit: Unit, command: Refer, *, programme_at: str = "/programme_id") -> None:
    """Make a referral by the settings of its programme and day, and note that it rests on the person's record.

    Raises `ReferredBefore` for whoever waits or is accepted there for the same purpose.
    """
    earlier = await _earlier(unit, [command.trainee_id])
    await _refer(unit, command, earlier.get((command.programme_id, command.trainee_id), _Earlier()), programme_at)


async def _refer(unit: Unit, command: Refer, earlier: _Earlier, programme_at: str) -> None:
    (programme,) = await unit.load(PROGRAMME, command.programme_id)
    if not programme.open:
        raise Invalid("There is no such programme.", pointer=programme_at)
    if programme.closed_on is not None:
        sentence = f"This programme was closed on {programme.closed_on}. Reopen it, or choose another one."
        raise Invalid(sentence, pointer=programme_at)
    settings = programme.settings_on(command.on)
    accepted = settings.reasons_for(command.purpose)
    for nth, reason in enumerate(command.reasons):
        if reason not in accepted:
            listed = ", ".join(sorted(accepted)) or "nothing"
            sentence = f"For the purpose {command.purpose} this programme accepts these reasons: {listed}."
            raise Invalid(sentence, pointer=f"/reasons/{nth}")
    trainee_id = await _mentee_of(unit, settings, command.trainee_id)
    await earlier.refuse(unit, command.purpose)
    by_the_settings = {
        "trainee_id": trainee_id,
        "rules_version": programme.number,
        "countersignature": settings.countersignature,
        "consent": settings.consent,
    }
    await unit.decide(REFERRAL, command.referral_id, command.model_copy(update=by_the_settings))
    await unit.decide(PERSON, trainee_id, Engage(by="referral", on=command.on))


async def _mentee_of(unit: Unit, settings: Template, trainee_id: UUID) -> UUID:
    """Return the id of the record that is kept for a trainee or mentee of a programme; raises `Invalid` for others."""
    (person,) = await unit.load(PERSON, trainee_id)
    if person.status == "merged" and person.into is not None:
        trainee_id = person.into
        (person,) = await unit.load(PERSON, trainee_id)
    if person.status == "erased":
        raise refusal(person, pointer="/trainee_id")
    if person.status != "recorded" or person.kind not in settings.mentees:
        raise Invalid(f"There is no such {' or '.join(settings.mentees)}.", pointer="/trainee_id")
    (training,) = await unit.load(TRAINING_STATUS, trainee_id)
    if training.status == "withdrawn":
        raise Invalid(f"This trainee withdrew on {training.since}.", pointer="/trainee_id")
    return trainee_id


class _WrongCell(Exception):  # it is no fault of the program
    """A cell of a row is wrong."""

    def __init__(self, column: str | None, code: str, message: str) -> None:
        super().__init__(message)
        self.column, self.code, self.message = column, code, message


async def record_referrals(unit: Unit, drafts: Sequence[Draft[ReferralRow]], on: date) -> Outcome:
    """Refer the people of these rows, as whoever sends the file; whoever is referred already stays so."""
    rows = good_rows(drafts)
    programmes = await _Programmes.on(unit, on)
    people = await _people(unit, rows)
    earlier = await _earlier(unit, people.values())
    await unit.read(*((TRAINING_STATUS, key) for key in people.values()))
    outcome = Outcome()
    commands: dict[int, Refer] = {}
    unchanged = 0
    for row in rows:
        try:
            command = _command(unit, row, programmes, people, earlier, on)
        except _WrongCell as wrong:
            outcome.errors.append(CellError(row.line, wrong.column, wrong.code, wrong.message))
        else:
            if command is not None:
                commands[row.line] = command
            else:
                unchanged += 1
    await unit.read(*((REFERRAL, command.referral_id) for command in commands.values()))
    for line, command in commands.items():
        before = unit.savepoint()
        try:
            before_this = earlier.get((command.programme_id, command.trainee_id), _Earlier())
            await _refer(unit, command, before_this, "/programme_id")
        except DomainError as refused:
            unit.undo(before)
            column = _COLUMN_AT.get((refused.pointer or "").strip("/").partition("/")[0], "provider_trainee_id")
            outcome.errors.append(CellError(line, column, code_of(refused), refused.detail))
        else:
            outcome.streams.append(REFERRAL.stream(command.referral_id))
    outcome.effect = Effect(new=len(outcome.streams), unchanged=unchanged)
    return outcome.with_errors({draft.line: draft.errors for draft in drafts})


def _command(
    unit: Unit,
    row: ReferralRow,
    programmes: "_Programmes",
    people: Mapping[str, UUID],
    earlier: Mapping[tuple[UUID, UUID], _Earlier],
    on: date,
) -> Refer | None:
    """Make the command of a row, None if its person has the same referral already; raises `_WrongCell`."""
    programme_id = programmes.find(row.programme)
    trainee_id = people.get(row.provider_trainee_id.casefold())
    if trainee_id is None:
        raise _WrongCell("provider_trainee_id", "unknown_trainee", _UNKNOWN)
    terms = {
        "purpose": row.purpose,
        "reasons": row.reasons,
        "priority": row.priority,
        "send_placement": row.send_placement,
    }
    before = earlier.get((programme_id, trainee_id), _Earlier())
    for open_ in before.open:
        if all(_same(open_[name], value) for name, value in terms.items()):
            return None
    key = uuid5(_REFERRALS, f"{unit.tenant}/{programme_id}/{trainee_id}/{before.number}")
    return Refer(
        referral_id=key,
        programme_id=programme_id,
        trainee_id=trainee_id,
        note=row.note,
        by=unit.cause.actor,
        on=on,
        **terms,
    )


def _same(recorded: Any, written: Any) -> bool:
    return sorted(recorded) == sorted(written) if isinstance(written, tuple) else bool(recorded == written)


async def _people(unit: Unit, rows: Iterable[ReferralRow]) -> dict[str, UUID]:
    """Find who is on record under the references of these rows: a trainee, else a mentee of another kind."""
    references = list(dict.fromkeys(row.provider_trainee_id for row in rows))
    found: dict[str, UUID] = {}
    for kind in ("trainee", "mentee"):
        keys = [person_id(unit.tenant, kind, reference) for reference in references]
        people = await unit.load(PERSON, *keys)
        for reference, key, person in zip(references, keys, people, strict=True):
            if person.status != "unknown":
                found.setdefault(reference.casefold(), person.into or key)
    return found


async def _earlier(unit: Unit, people: Iterable[UUID]) -> dict[tuple[UUID, UUID], _Earlier]:
    """Find the earlier referrals of people, given by any of their ids, also those of records merged with theirs."""
    rows = await fetch_rows(
        unit,
        """with wanted as (
               select person_id, coalesce(kept_id, person_id) as kept_id
               from unnest($1::uuid[]) as asked (person_id) left join merges on merged_id = person_id
           ), own as (
               select person_id, kept_id as id from wanted
               union select person_id, merged_id from wanted join merges using (kept_id)
           )
           select r.referral_id, programme_id, person_id, status, purpose, reasons, priority, send_placement,
                  referred_on
           from own join referrals r on r.trainee_id = own.id order by referred_on, r.referral_id""",
        list(people),
    )
    found: dict[tuple[UUID, UUID], _Earlier] = {}
    for row in rows:
        key = row["programme_id"], row["person_id"]
        before = found.get(key, _Earlier())
        found[key] = _Earlier(before.number + 1, (*before.open, row) if row["status"] in OPEN else before.open)
    return found


@dataclass(frozen=True, slots=True)
class _Programmes:
    """The programmes of a partnership that have not ended and are not closed, by each of their names."""

    ids: Mapping[str, Sequence[UUID]]
    all: Sequence[UUID]

    @classmethod
    async def on(cls, unit: Unit, day: date) -> "_Programmes":
        rows = await fetch_rows(
            unit,
            """select programme_id, template, title, academic_year from programmes
               where ends_on >= $1 and closed_on is null order by starts_on, programme_id""",
            day,
        )
        ids: dict[str, list[UUID]] = {}
        for row in rows:
            names = str(row["programme_id"]), row["template"], row["title"], f"{row['title']} {row['academic_year']}"
            for name in dict.fromkeys(name.casefold() for name in names):
                ids.setdefault(name, []).append(row["programme_id"])
        return cls(ids, [row["programme_id"] for row in rows])

    def find(self, name: str | None) -> UUID:
        found = self.all if name is None else self.ids.get(name.casefold(), ())
        if len(found) == 1:
            return found[0]
        if found:
            advice = (
                "Several programmes are open that this may be. Write the programme's id; `GET /programmes` lists them."
            )
            raise _WrongCell("programme", "ambiguous_programme", advice)
        if not self.all:
            raise _WrongCell(
                None if name is None else "programme",
                "no_open_programme",
                "No programme is open that has not ended. Open one with `POST /programmes`, then send the file again.",
            )
        advice = (
            "No programme that has not ended is called so. Write its title, like “ITE placement 2026/27”, or its id."
        )
        raise _WrongCell("programme", "unknown_programme", advice)
