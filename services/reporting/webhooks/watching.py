"""What an operator watches of webhooks: numbers of all partnerships together, without addresses or ids."""

from collections.abc import Sequence

from shared.kernel.postgres import Connection
from shared.kernel.postgres.status import Figure

_COUNTS = """
    with watched as (
        select failing_since is not null as failing,
               case when due_at <= clock_timestamp() and coalesce(leased_until < clock_timestamp(), true) then
                   coalesce(
                       (select greatest(w.due_at, e.recorded_at) from events e
                        where e.tenant = w.tenant and e.position > w.position order by e.position limit 1),
                       (select w.due_at from webhook_dead_letters d
                        where (d.tenant, d.webhook_id) = (w.tenant, w.webhook_id) and d.state = 'waiting' limit 1)
                   )
               end as due_since
        from webhooks w where state = 'active'
    )
    select count(due_since) as due,
           greatest(0, coalesce(extract(epoch from clock_timestamp() - min(due_since)), 0))::float8 as due_seconds,
           count(*) filter (where failing) as failing,
           (select count(*) from webhook_dead_letters where state = 'dead') as dead_letters
    from watched"""


async def read_webhook_figures(connection: Connection) -> Sequence[Figure]:
    """Read how many webhooks are due and for how long, how many fail, and how many events were put aside.

    A webhook is due when it has something to deliver, no pause and no turn. For the worker role; there are no figures
    before `alongside migrate` has made the tables.
    """
    if await connection.fetchval("select to_regclass('webhook_dead_letters')") is None:
        return ()
    row = await connection.fetchrow(_COUNTS)
    assert row is not None
    return (
        Figure("webhooks_due", "Webhooks that are due", row["due"]),
        Figure("webhooks_due_seconds", "Seconds for which the first of them has been due", row["due_seconds"]),
        Figure("webhooks_failing", "Webhooks whose last delivery failed", row["failing"]),
        Figure("webhook_dead_letters", "Dead letters of webhooks", row["dead_letters"]),
    )
