"""A command over HTTP, 32 clients and one API process, against the same route with the command left out.

The command is a real one: a mentor records that a meeting was missed. It loads the relationship and the meeting,
decides and appends, under an idempotency key as every client of ours sends one.
"""

from itertools import count
from uuid import UUID

from bench.children import Serving, said_by, serving
from bench.figures import Finding, Rate, Ratio, Size, in_turns
from bench.load import Answers, Load
from bench.seed import ENDS, MENTOR, TENANT, meetings, relationships, seed_relationships
from bench.servers import Servers

CLIENTS = 32


def environment(servers: Servers, service: str, urls: dict[str, str], prefix: str = "bench") -> dict[str, str]:
    """What a service's process needs to know."""
    settings = servers.settings(prefix)
    return {
        "KAFKA_BOOTSTRAP_SERVERS": servers.bootstrap_servers,
        "ALONGSIDE_TOPIC_PREFIX": prefix,
        "ALONGSIDE_MASTER_KEY": settings.master_key(),
        "ALONGSIDE_JWKS_URL": servers.issuer.jwks_url,
        "ALONGSIDE_TODAY_AT_LEAST": f"{ENDS}",
        "ALONGSIDE_LOG_LEVEL": "WARNING",
    } | {f"DATABASE_URL_{service.upper()}_{role.upper()}": urls[role] for role in ("app", "worker")}


def mentor(servers: Servers) -> str:
    """The token of the mentor who records."""
    return servers.issuer.token(str(MENTOR), TENANT, ["mentor"])


def missed(port: int, relationship: UUID, on: object) -> tuple[int, str, dict[str, str]]:
    """One command."""
    return port, f"/relationships/{relationship}/meetings", {"status": "missed", "on": f"{on}", "reason": "cover"}


async def against_nothing(servers: Servers, size: Size) -> list[Finding]:
    """The row of the table."""
    number = size.requests * (size.turns + 1)
    async with servers.database("sessions") as urls:
        await seed_relationships(urls["admin"], relationships(number))
        env = environment(servers, "sessions", dict(urls))
        async with (
            serving("services.sessions.main", "api", env=env) as commands,
            serving("bench.nothing", env=env) as nothing,
        ):
            turn = count()

            async def ask(server: Serving, first: int) -> Rate:
                before = server.cpu()
                load = Load(
                    token=mentor(servers),
                    commands=[missed(server.port, *place) for place in meetings(size.requests, first)],
                    clients=CLIENTS,
                    rate=None,
                )
                done: Answers = await said_by("bench.load", asked=load)
                assert done["statuses"] == {"201": size.requests}, done["statuses"]
                return Rate(size.requests / done["seconds"], (server.cpu() - before) / size.requests * 1e6)

            async def ours() -> Rate:
                return await ask(commands, next(turn) * size.requests)

            async def ceiling() -> Rate:
                return await ask(nothing, 0)

            await ours()
            await ceiling()
            mine, at_most = await in_turns(size.turns, ours, ceiling)
    what = f"HTTP command, {CLIENTS} clients, one API process"
    return [Ratio(what, "the same route doing nothing", mine, at_most, wanted=0.6)]
