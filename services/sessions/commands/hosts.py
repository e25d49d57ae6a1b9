"""Which school a relationship is at."""

from services.sessions.domain.hosts import HOST
from shared.kernel.unit import Unit


async def host_of(unit: Unit, urn: str) -> str:
    """The school itself, or the one that followed it in the end."""
    seen = [urn]
    for one in seen:
        (host,) = await unit.load(HOST, one)
        if host.successor_urn is not None and host.successor_urn not in seen:
            seen.append(host.successor_urn)
    return seen[-1]
