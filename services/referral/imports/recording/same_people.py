"""Find out whether somebody who is recorded is on record already under another reference.

A TRN and a HESA id belong to one person: whoever is recorded with one that another record of the same kind holds is
refused. An e-mail address, case aside, is mostly one person's: it is a warning, which somebody has to confirm. Personal
texts are stored encrypted, so nothing can be searched for by them: the table `identity_digests` has keyed digests.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from services.referral.domain.people import PERSON, Commands, Kind, RecordPerson
from services.referral.domain.profiles import Identity
from services.referral.imports.database import fetch_rows
from services.referral.imports.outcomes import Claim
from services.referral.imports.recording.identities import names_of
from services.referral.imports.row_commands import RowCommand
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.store import connection_and_keyring, open_texts
from shared.kernel.records import Conflict
from shared.kernel.store import UnitTransaction
from shared.kernel.unit import Unit
from shared.spreadsheets.errors import CellError

What = Literal["trn", "hesa_id", "email"]
_WORDS: Mapping[What, str] = {"trn": "TRN", "hesa_id": "HESA id", "email": "e-mail address"}
_ON_RECORD = "person"
"""The row of somebody whose digests are in the table, whether there are any or not."""
_NOBODY = UUID(int=0)
"""Has a row for each kind of which all that were recorded before there was the table are in it."""
_RECORD = re.compile(r"record ([0-9a-f-]{36})")
_Key = tuple[str, bytes]


IN_FILES = "with `--other-people`, or over HTTP with `other_people`"
"""With what somebody who imports a file confirms that two who share an e-mail address are two people."""
CERTAIN = frozenset[str]({"trn", "hesa_id"})
"""What belongs to one person only, so that nobody can confirm that two have it."""


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """Who somebody is, as a row of a file or a request gives it.

    `on_record` is who they are in the record that there is of them, decrypted; None for somebody new.
    """

    person_id: UUID
    identity: Identity
    on_record: Identity | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody is recorded with a TRN, a HESA id or an e-mail address that another record of the kind has."""

    person_id: UUID
    what: What
    holder_id: UUID
    kind: Kind

    @property
    def is_error(self) -> bool:
        """Whether the two are one person for certain, so that nobody can confirm that they are not."""
        return self.what in CERTAIN

    def sentence(self, confirm: str) -> str:
        """Say what is wrong, and what to do; names the other record by its id only, so that it can be stored.

        `confirm` says with what to confirm that the two are two people. `name_holders` adds the name for whoever may
        read it.
        """
        word = _WORDS[self.what]
        if self.is_error:
            rest = f"Use the reference of that record, or correct the {word}; two records of one person can be merged."
            return f"Another {self.kind} holds this {word}: record {self.holder_id}. {rest}"
        rest = (
            "Use the reference of that record if the two are one person, "
            f"or confirm that they are two people {confirm}."
        )
        return f"Another {self.kind} has this {word}: record {self.holder_id}. {rest}"


async def find_clashes(unit: Unit, kind: Kind, new: Sequence[NewIdentity]) -> list[Clash]:
    """Find the other records of the kind that these people may be; only what is new or changed of them clashes.

    Of several who are recorded together, the first holds what they share.
    """
    return await _clashes(unit, kind, new, {one.person_id: _digests(unit, one.identity) for one in new})


async def _clashes(
    unit: Unit, kind: Kind, new: Sequence[NewIdentity], digests: Mapping[UUID, Mapping[What, _Key]]
) -> list[Clash]:
    holders = await _holders(unit, kind, {key for keys in digests.values() for key in keys.values()})
    clashes = []
    for one in new:
        before = _digests(unit, one.on_record) if one.on_record else {}
        for what, key in digests[one.person_id].items():
            holder = holders.setdefault(key, one.person_id)
            if holder != one.person_id and before.get(what) != key:
                clashes.append(Clash(one.person_id, what, holder, kind))
    return clashes


async def _holders(unit: Unit, kind: Kind, wanted: Collection[_Key]) -> dict[_Key, UUID]:
    """Who has these digests; records that were merged, undone or erased hold nothing."""
    rows = await fetch_rows(
        unit,
        # `offset 0` makes it a look-up of each digest: without statistics, as during a large first import, the planner
        # would compare all with all
        """select w.what, w.digest, d.person_id
           from unnest($2::text[], $3::bytea[]) w (what, digest)
           cross join lateral (
               select person_id from identity_digests
               where kind = $1 and what = w.what and digest = w.digest offset 0) d
           order by d.person_id""",
        kind,
        [what for what, _ in wanted],
        [digest for _, digest in wanted],
    )
    found = [((row["what"], row["digest"]), row["person_id"]) for row in rows]
    found += [(key, id_) for id_, keys in (await _unlisted(unit, kind)).items() for key in keys.values()]
    people = [id_ for _, id_ in found]
    recorded = {
        id_ for id_, person in zip(people, await unit.load(PERSON, *people), strict=True) if person.status == "recorded"
    }
    return {key: id_ for key, id_ in found if id_ in recorded}


async def _unlisted(unit: Unit, kind: Kind) -> dict[UUID, dict[What, _Key]]:
    """The digests of people who are on record and have no rows, because they were recorded before there was a table.

    None remain after the people of the kind were listed, which the row of `_NOBODY` records.
    """
    rows = await fetch_rows(
        unit,
        """select person_id, email, trn, hesa_id from people p
           where kind = $1
             and (select true from identity_digests where person_id = $3 and kind = $1 limit 1) is null
             and (select true from identity_digests where person_id = p.person_id and what = $2 limit 1) is null
           order by person_id""",
        kind,
        _ON_RECORD,
        _NOBODY,
    )
    opened = await open_texts(unit.reads, unit.tenant, [row[what] for row in rows for what in _WORDS])
    return {
        row["person_id"]: _digests_of(unit, {what: opened.get(row[what], row[what]) for what in _WORDS}) for row in rows
    }


def _digests(unit: Unit, identity: Identity) -> dict[What, _Key]:
    return _digests_of(unit, {what: getattr(identity, what) for what in _WORDS})


def _digests_of(unit: Unit, texts: Mapping[What, str | None]) -> dict[What, _Key]:
    _, keyring = connection_and_keyring(unit.reads)
    return {
        what: (what, keyring.digest(unit.tenant, what, text.strip().casefold())) for what, text in texts.items() if text
    }


async def note_identities(unit: Unit, kind: Kind, new: Sequence[NewIdentity]) -> None:
    """Store the digests of people whose recording was decided, in the transaction of the append.

    If somebody else was recorded meanwhile with the same TRN or HESA id, the append conflicts and is decided again.
    """
    noted = {one.person_id: _digests(unit, one.identity) for one in new}
    before = {one.person_id: _digests(unit, one.on_record) if one.on_record else {} for one in new}
    claimed: dict[UUID, dict[What, _Key]] = {
        id_: {what: key for what, key in keys.items() if what != "email" and before[id_].get(what) != key}
        for id_, keys in noted.items()
    }
    unlisted = {id_: keys for id_, keys in (await _unlisted(unit, kind)).items() if id_ not in noted}

    async def work(transaction: UnitTransaction) -> None:
        connection, _ = connection_and_keyring(transaction)
        await name_tenants(connection, [unit.tenant])
        await _insert(connection, unit.tenant, kind, unlisted)
        await connection.execute(
            "insert into identity_digests (tenant, kind, person_id, what, digest) values ($1, $2, $3, $4, $5) "
            "on conflict do nothing",
            unit.tenant,
            kind,
            _NOBODY,
            _ON_RECORD,
            kind.encode(),
        )
        await _delete(connection, unit.tenant, list(noted))
        await _insert(connection, unit.tenant, kind, noted)
        taken = await connection.fetchval(
            """select exists (
                   select from unnest($3::uuid[], $4::text[], $5::bytea[]) w (person_id, what, digest)
                   where (select true from identity_digests d
                          where d.tenant = $1 and d.kind = $2 and d.what = w.what and d.digest = w.digest
                            and d.person_id <> w.person_id limit 1))""",
            unit.tenant,
            kind,
            *_columns(claimed),
        )
        if taken:
            raise Conflict

    unit.in_transaction(work)


async def errors_of_same_people(
    unit: Unit, kind: Kind, rows: Sequence[RowCommand[Commands]]
) -> tuple[dict[int, list[CellError]], list[CellError], dict[bytes, Claim]]:
    """Find the rows of people who are on record under another reference: errors by line, and what is only a warning.

    Also return what the rows claim that was not on record: rows of other batches may claim the same. A row of a record
    that was merged or erased is left to the decision, which says so.
    """
    people = await unit.load(PERSON, *(row.key for row in rows))
    rows = [row for row, person in zip(rows, people, strict=True) if person.status not in ("merged", "erased")]
    lines = {row.key: row.line for row in rows}
    new = _of_rows(rows)
    digests = {one.person_id: _digests(unit, one.identity) for one in new}
    before = {one.person_id: _digests(unit, one.on_record) if one.on_record else {} for one in new}
    claims: dict[bytes, Claim] = {}
    for id_, keys in digests.items():
        for what, key in keys.items():
            if before[id_].get(what) != key:
                claims.setdefault(key[1], Claim(id_, lines[id_], what))
    clashes = await _clashes(unit, kind, new, digests)
    errors: dict[int, list[CellError]] = {}
    warnings = []
    for clash in clashes:
        line = lines[clash.person_id]
        cell = CellError(line, clash.what, f"{clash.what}_held", clash.sentence(IN_FILES))
        if (holder := lines.get(clash.holder_id)) is not None:
            held = Claim(clash.holder_id, holder, clash.what)
            cell = error_of_two_rows(held, Claim(clash.person_id, line, clash.what))
        if clash.is_error:
            errors.setdefault(line, []).append(cell)
        else:
            warnings.append(cell)
    return errors, warnings, claims


def error_of_two_rows(first: Claim, second: Claim) -> CellError:
    """Make the error, or the warning, of a row that gives to one person what an earlier row gives to another."""
    word = next(word for what, word in _WORDS.items() if what == second.column)
    advice = f"Line {first.line} has this {word} for another reference. "
    if second.column in CERTAIN:
        advice += f"Keep one row for one person, or correct the {word}."
    else:
        advice += f"Keep one row if the two are one person, or confirm that they are two people {IN_FILES}."
    return CellError(second.line, second.column, f"{second.column}_held", advice)


def records_named(errors: Iterable[CellError]) -> list[UUID]:
    """List the ids of records that these errors name."""
    return list(dict.fromkeys(UUID(id_) for error in errors for id_ in _RECORD.findall(error.message)))


def with_names(errors: Sequence[CellError], names: Mapping[UUID, str]) -> list[CellError]:
    """Add to errors that name a record by its id who that is."""

    def with_name(found: re.Match[str]) -> str:
        name = names.get(UUID(found[1]))
        return found[0] if name is None else f"{name} (record {found[1]})"

    return [replace(error, message=_RECORD.sub(with_name, error.message)) for error in errors]


async def name_holders(unit: Unit, errors: Sequence[CellError]) -> list[CellError]:
    """Add to errors that name a record by its id who that is, for the lead to whom they are answered."""
    return with_names(errors, await names_of(unit, records_named(errors)))


async def note_rows(unit: Unit, kind: Kind, rows: Sequence[RowCommand[Commands]]) -> None:
    """Note the identities of the rows that were recorded, as `note_identities` does."""
    people = await unit.load(PERSON, *(row.key for row in rows))
    recorded = [row for row, person in zip(rows, people, strict=True) if person.status == "recorded"]
    await note_identities(unit, kind, _of_rows(recorded))


def _of_rows(rows: Sequence[RowCommand[Commands]]) -> list[NewIdentity]:
    commands = [row.command for row in rows]
    return [
        NewIdentity(command.person_id, command.identity, command.on_record)
        for command in commands
        if isinstance(command, RecordPerson)
    ]


def forget_identity(unit: Unit, person_id: UUID) -> None:
    """Remove the digests of somebody who is erased, or whose record is undone, in the transaction of the append."""

    async def work(transaction: UnitTransaction) -> None:
        connection, _ = connection_and_keyring(transaction)
        await name_tenants(connection, [unit.tenant])
        await _delete(connection, unit.tenant, [person_id])

    unit.in_transaction(work)


def hand_identity_over(unit: Unit, merged_id: UUID, kept_id: UUID) -> None:
    """Let the kept record hold what a merged record of the person held, in the transaction of the append."""

    async def work(transaction: UnitTransaction) -> None:
        connection, _ = connection_and_keyring(transaction)
        await name_tenants(connection, [unit.tenant])
        await connection.execute(
            """update identity_digests d set person_id = $3
               where d.tenant = $1 and d.person_id = $2 and not exists (
                   select from identity_digests o
                   where (o.tenant, o.person_id, o.what, o.digest) = (d.tenant, $3, d.what, d.digest))""",
            unit.tenant,
            merged_id,
            kept_id,
        )
        await _delete(connection, unit.tenant, [merged_id])

    unit.in_transaction(work)


async def _delete(connection: Connection, tenant: str, people: Sequence[UUID]) -> None:
    await connection.execute(
        "delete from identity_digests where tenant = $1 and person_id = any ($2)", tenant, list(people)
    )


async def _insert(connection: Connection, tenant: str, kind: Kind, digests: Mapping[UUID, Mapping[What, _Key]]) -> None:
    """Insert a row for each digest that nobody holds yet, and for each person the row that marks them as listed."""
    await connection.execute(
        """insert into identity_digests (tenant, kind, person_id, what, digest)
           select $1, $2, w.* from unnest($3::uuid[], $4::text[], $5::bytea[]) w (person_id, what, digest)
           union all select $1, $2, p, $7, ''::bytea from unnest($6::uuid[]) p
           on conflict do nothing""",
        tenant,
        kind,
        *_columns(digests),
        list(digests),
        _ON_RECORD,
    )


def _columns(digests: Mapping[UUID, Mapping[What, _Key]]) -> tuple[list[UUID], list[str], list[bytes]]:
    rows = [(id_, *key) for id_, keys in digests.items() for key in keys.values()]
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
