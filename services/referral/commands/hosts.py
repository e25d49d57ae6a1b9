"""Use cases of hosts without a URN: record, correct and close them."""

from uuid import UUID

from services.referral import policy
from services.referral.domain.hosts import (
    HOST_NAME,
    HostClosing,
    HostIsClosed,
    HostIsSchool,
    NameHost,
    NewHost,
    codes_for,
    host_name_id,
)
from services.referral.domain.schools import SCHOOL, CloseSchool, RecordSchool, RegisterRow, School
from services.referral.imports.database import fetch_rows
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class HostAnswer(Answer):
    """A host without a URN: its code in the place of a URN, and where it is.

    Easting and northing are metres (EPSG:27700); without them no round places anybody there.
    """

    urn: str
    name: str
    postcode: str | None
    closed: bool
    easting: int | None
    northing: int | None


def record_host(who: Principal, host: NewHost) -> UseCase[HostAnswer]:
    """Record a host; one of the same name and postcode that is there is corrected, and open again."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> HostAnswer:
        name_id = host_name_id(unit.tenant, host.row)
        (name,) = await unit.load(HOST_NAME, name_id)
        urn = name.urn or await _free_code(unit, name_id)
        await unit.decide(HOST_NAME, name_id, NameHost(urn=urn, on=host.on))
        return await _record(unit, urn, host)

    return use_case


def correct_host(who: Principal, urn: str, host: NewHost) -> UseCase[HostAnswer]:
    """Correct a host, also its name and postcode; a host that was closed is open again."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> HostAnswer:
        _, row = await _load(unit, urn)
        before, after = host_name_id(unit.tenant, row), host_name_id(unit.tenant, host.row)
        if before != after:
            await unit.decide(HOST_NAME, before, NameHost(urn=None, on=host.on))
            await unit.decide(HOST_NAME, after, NameHost(urn=urn, on=host.on))
        return await _record(unit, urn, host)

    return use_case


def close_host(who: Principal, urn: str, closing: HostClosing) -> UseCase[HostAnswer]:
    """Close a host: nobody is placed there any more."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> HostAnswer:
        host, _ = await _load(unit, urn)
        if host.closed:
            raise HostIsClosed("This host is closed already. To open it again, correct it.")
        await unit.decide(SCHOOL, urn, CloseSchool(urn=urn, reason=closing.reason, on=closing.on))
        return await _answer(unit, urn)

    return use_case


async def _record(unit: Unit, urn: str, host: NewHost) -> HostAnswer:
    (before,) = await unit.load(SCHOOL, urn)
    _must_be_no_school(before)
    row = host.row
    if row.easting is None and host.district is not None:
        row = row.model_copy(update=await _middle_of(unit, host.district))
    await unit.decide(SCHOOL, urn, RecordSchool(urn=urn, row=row, on=host.on))
    return await _answer(unit, urn)


async def _load(unit: Unit, urn: str) -> tuple[School, RegisterRow]:
    (host,) = await unit.load(SCHOOL, urn)
    if host.row is None:
        raise NotFound("There is no such host.")
    _must_be_no_school(host)
    return host, host.row


def _must_be_no_school(host: School) -> None:
    if host.successor_urn is not None:
        raise HostIsSchool(f"The school {host.successor_urn} followed this host. Use that URN.")


async def _free_code(unit: Unit, name_id: UUID) -> str:
    """Return the first code for a name that no host has; a host keeps its code when its name is corrected."""
    for code in codes_for(name_id):
        (school,) = await unit.load(SCHOOL, code)
        if school.row is None:
            return code
    raise AssertionError("a million hosts")


async def _middle_of(unit: Unit, district: str) -> dict[str, int]:
    """Return the middle of the schools in a postcode district, which is near enough for a journey; empty if none is
    recorded there.
    """
    (middle,) = await fetch_rows(
        unit,
        """select round(avg(easting))::int as easting, round(avg(northing))::int as northing from schools
           where split_part(upper(postcode), ' ', 1) = $1 and northing is not null and urn !~ '^H'""",
        district,
    )
    return dict(middle) if middle["easting"] is not None else {}


async def _answer(unit: Unit, urn: str) -> HostAnswer:
    (host,) = await unit.load(SCHOOL, urn)
    assert host.row is not None
    row = host.row
    return HostAnswer(
        urn=urn, name=row.name, postcode=row.postcode, closed=host.closed, easting=row.easting, northing=row.northing
    )
