"""What an operator watches of mails: numbers of all partnerships together, without addresses."""

from collections.abc import Sequence

from shared.kernel.postgres import Connection
from shared.kernel.postgres.status import Figure

_COUNTS = """
    select count(*) filter (where dead_because is null and tries > 0) as waiting,
           greatest(0, coalesce(extract(epoch from clock_timestamp()
               - min(created_at) filter (where dead_because is null and tries > 0)), 0))::float8 as waiting_seconds,
           count(*) filter (where dead_because is not null) as dead_letters
    from mails"""


async def read_mail_figures(connection: Connection) -> Sequence[Figure]:
    """Read how many mails wait to be taken and for how long, and how many were refused for good.

    Those that were never tried do not count: without a mail server they are of no use after three days.
    For the worker role; there are no figures before `alongside migrate` has made the table.
    """
    if await connection.fetchval("select to_regclass('mails')") is None:
        return ()
    row = await connection.fetchrow(_COUNTS)
    assert row is not None
    return (
        Figure("mails_waiting", "Mails that the mail server has not taken yet", row["waiting"]),
        Figure("mails_waiting_seconds", "Seconds for which the first of them has waited", row["waiting_seconds"]),
        Figure("mail_dead_letters", "Mails that the mail server has refused for good", row["dead_letters"]),
    )
