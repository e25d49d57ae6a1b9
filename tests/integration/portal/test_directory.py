"""The portal knows the names of those on record, under the record that was kept, and forgets whoever is erased."""

from collections.abc import Iterable
from uuid import UUID, uuid4

import pytest

from services.portal.queries.people import UNKNOWN, names_of
from services.portal.signing_in.identities import people_with_address
from shared.events import PublicEvent
from shared.events.people import PersonNamed
from shared.events.referral import MentorRecorded, PeopleMerged, PersonErased, RegistrationUndone
from shared.kernel.postgres import open_pool, tenant_transaction
from shared.kernel.postgres.personal import Keyring
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader
from tests.support.services import Platform, eventually, publish_events, publish_streams
from tests.unit.portal.test_people import DAY

pytestmark = pytest.mark.covers("U1", "R8")


def name_of(person_id: UUID, family_name: str = "Haddad") -> PersonNamed:
    email = f"{family_name.lower()}@example.org"
    return PersonNamed(person_id=person_id, given_name="Amal", family_name=family_name, email=email, happened_on=DAY)


def record_of(person_id: UUID) -> MentorRecorded:
    fields = {"school_urn": "990001", "subjects": (), "phases": (), "capacity_hours": 1.5, "role": "volunteer"}
    return MentorRecorded.model_validate({"mentor_id": person_id, "happened_on": DAY, **fields})


async def hears(platform: Platform, tenant: str, topic: str, person_id: UUID, *events: PublicEvent) -> None:
    await publish_events(platform, topic, tenant, f"person-{person_id}", *events)
    await eventually(lambda: platform.has_consumed("portal"))


async def names(platform: Platform, tenant: str, people: Iterable[UUID]) -> dict[UUID, str]:
    keyring = Keyring(platform.settings.master_key())
    async with (
        await open_pool(platform.urls["portal"]["app"], size=1) as pool,
        tenant_transaction(pool, [tenant]) as connection,
    ):
        return await names_of(Reader(Principal("", tenant, frozenset()), connection, keyring), people)


async def holders(platform: Platform, tenant: str, email: str) -> list[UUID]:
    keyring = Keyring(platform.settings.master_key())
    async with (
        await open_pool(platform.urls["portal"]["app"], size=1) as pool,
        tenant_transaction(pool, [tenant]) as connection,
    ):
        return await people_with_address(connection, keyring, tenant, email)


async def test_a_person_has_the_name_that_referral_sent_last(platform: Platform) -> None:
    tenant, person_id = f"t{uuid4().hex}", uuid4()
    await hears(platform, tenant, "people", person_id, name_of(person_id, "Hadad"), name_of(person_id))
    assert await names(platform, tenant, [person_id]) == {person_id: "Amal Haddad"}
    assert await holders(platform, tenant, "HADDAD@example.org ") == [person_id]
    assert await holders(platform, tenant, "hadad@example.org") == []
    assert await names(platform, f"{tenant}-other", [person_id]) == {person_id: UNKNOWN}


async def test_a_merged_record_has_the_name_of_the_kept_one(platform: Platform) -> None:
    tenant, merged_id, kept_id = f"t{uuid4().hex}", uuid4(), uuid4()
    await hears(platform, tenant, "people", merged_id, name_of(merged_id))
    await hears(platform, tenant, "people", kept_id, name_of(kept_id, "Rahman"))
    merged = PeopleMerged(merged_id=merged_id, kept_id=kept_id, kind="mentor", happened_on=DAY)
    await hears(platform, tenant, "referral", merged_id, merged)
    assert await names(platform, tenant, [merged_id, kept_id]) == {merged_id: "Amal Rahman", kept_id: "Amal Rahman"}
    assert await holders(platform, tenant, "haddad@example.org") == []


@pytest.mark.parametrize("end", [PersonErased, RegistrationUndone])
async def test_whoever_is_erased_is_forgotten_whatever_comes_later(
    platform: Platform, end: type[PersonErased | RegistrationUndone]
) -> None:
    tenant, person_id = f"t{uuid4().hex}", uuid4()
    await hears(platform, tenant, "people", person_id, name_of(person_id))
    await hears(
        platform, tenant, "referral", person_id, record_of(person_id), end(person_id=person_id, happened_on=DAY)
    )
    await hears(platform, tenant, "people", person_id, name_of(person_id))
    assert await names(platform, tenant, [person_id]) == {person_id: UNKNOWN}
    assert await holders(platform, tenant, "haddad@example.org") == []
    async with await open_pool(platform.urls["portal"]["worker"], size=1) as pool:
        key = await pool.fetchrow("select wrapped from subject_keys where subject = $1", str(person_id))
        assert key is not None
        assert key["wrapped"] is None


async def test_a_message_that_empties_a_key_is_passed_over(platform: Platform) -> None:
    tenant, person_id = f"t{uuid4().hex}", uuid4()
    await hears(platform, tenant, "people", person_id, name_of(person_id))
    erased = PersonErased(person_id=person_id, happened_on=DAY)
    await publish_streams(platform, "people", tenant, {f"person-{person_id}": [erased]}, as_tombstones=True)
    await eventually(lambda: platform.has_consumed("portal"))
    async with await open_pool(platform.urls["portal"]["worker"], size=1) as pool:
        assert await pool.fetchval("select count(*) from parked") == 0
    assert await names(platform, tenant, [person_id]) == {person_id: "Amal Haddad"}, "erasure is told by referral"
