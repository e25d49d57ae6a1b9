"""Commands of reminders: pause one's own, and let them come again."""

from datetime import date
from uuid import UUID

from services.portal.domain.reminders import REMINDERS, PauseReminders, ResumeReminders
from services.portal.signing_in.own_tables import change_tables
from shared.kernel.answers import Answer
from shared.kernel.postgres import Connection
from shared.kernel.postgres.personal import Keyring
from shared.kernel.unit import Unit, UseCase


class RemindersState(Answer):
    """A person's reminders after a command."""

    account_id: UUID
    are_paused: bool


def pause_reminders(account_id: UUID, until: date | None, on: date) -> UseCase[RemindersState]:
    """Send somebody no reminders until a day, or until they ask for them; a mail that waits is not sent either."""

    async def use_case(unit: Unit) -> RemindersState:
        await unit.decide(REMINDERS, account_id, PauseReminders(account_id=account_id, until=until, on=on))
        tenant = unit.tenant

        async def enter(connection: Connection, _: Keyring) -> None:
            await connection.execute(
                """insert into reminder_pauses (tenant, account_id, until) values ($1, $2, $3)
                   on conflict (tenant, account_id) do update set until = excluded.until""",
                tenant,
                account_id,
                until,
            )

        change_tables(unit, enter)
        return RemindersState(account_id=account_id, are_paused=True)

    return use_case


def resume_reminders(account_id: UUID, on: date) -> UseCase[RemindersState]:
    """Send somebody reminders again. Idempotent."""

    async def use_case(unit: Unit) -> RemindersState:
        await unit.decide(REMINDERS, account_id, ResumeReminders(account_id=account_id, on=on))
        _remove(unit, account_id, "reminder_pauses")
        return RemindersState(account_id=account_id, are_paused=False)

    return use_case


def forget_reminders(unit: Unit, account_id: UUID) -> None:
    """Remove what is kept of somebody's reminders, in the transaction of the append."""
    _remove(unit, account_id, "reminder_pauses", "digests")


def _remove(unit: Unit, account_id: UUID, *tables: str) -> None:
    tenant = unit.tenant

    async def remove(connection: Connection, _: Keyring) -> None:
        for table in tables:
            await connection.execute(f"delete from {table} where tenant = $1 and account_id = $2", tenant, account_id)

    change_tables(unit, remove)
