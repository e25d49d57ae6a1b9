"""After one of two people is erased nobody reads what was theirs, and the other keeps what is theirs, and every count.

The test plants a word in every text (`planting`), and reads every route of sessions and reporting, as their documents
list them, before and after: a new route is read, and a new text that nothing plants makes the test fail.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import pytest

from services.referral.main import SERVICE as REFERRAL
from services.referral.programmes import templates
from services.reporting.main import SERVICE as REPORTING
from services.sessions.main import EVENTS
from services.sessions.main import SERVICE as SESSIONS
from shared.kernel.postgres import connect, name_tenants
from shared.kernel.postgres.events import head
from shared.kernel.postgres.personal import Keyring, personal_fields
from shared.kernel.postgres.progress import projected_position
from tests.integration.sessions import storage
from tests.integration.wire.planting import ON, Owner, Planting, plant
from tests.support.documents import document, text_fields
from tests.support.services import NO_SUCH_ID, Platform, SharedServices, eventually
from tests.support.tenth_programme import TENTH

pytestmark = pytest.mark.covers("R8", "S11")

Side = Literal["mentor", "trainee"]
READ = ("sessions", "reporting")
ERASED_ON, AS_OF = "2026-12-10", "2026-12-04"
"""The day of the erasure, and one before it, up to which is counted."""
ENDED_WITH: dict[Side, frozenset[str]] = {
    "trainee": frozenset({"up_to_date_at", "sources", "ends_on", "placements", "standings"}),
    "mentor": frozenset({"up_to_date_at", "sources", "ends_on", "capacity_hours", "mentors"}),
}
"""What an erasure changes in reports: what goes on ends, a mentee has withdrawn, and a mentor is no mentor any more."""
KEYS: Mapping[str, str | tuple[str, ...]] = {
    "about_id": "trainee_id",
    "kind": ("not_on_track", "without_placement", "initial"),
    "provider": ("North Star",),
    "academic_year": ("2026/27",),
    "school_urn": ("900001",),
    "code": ("questioning",),
    "name": ("placements",),
    **dict.fromkeys(("webhook_id", "export_id"), (f"{NO_SUCH_ID}",)),  # what these have of people, reports have
}
"""The values of parts of a report's key that are no ids in events, or the name of the ids that they are."""
DAYS = {"as_of": AS_OF, "until": "2027-12-31", "by": "2027-12-31", "on": ON}
PLAIN = {"after", "limit", "types", "state", "sort", "version", "known_at", "before_as_of", "before_known_at"}
"""Parameters that only narrow a list, or ask for what was known before."""
NUMBERS_ONLY = {
    "PUT /measures/{series_id}/{measure_id} /answers/*",
    "POST /relationships/{relationship_id}/measures /answers/*",
}
"""Instruments ask for numbers and choices; no programme has one that asks for text."""
WRITTEN_NO_MORE = {
    ("sessions.standard_commented", "comment"),
    ("sessions.assessment_taken_over", "reason"),
    ("sessions.hand_over_item_proposed", "for_mentor"),
}
"""Comments stand in the text of a draft since; whoever takes an assessment over corrects nothing; what is handed
over is the mentee's alone.
"""
PLANT = "tests/integration/wire/planting.py: plant a word in each text, and say whose it is"
TOKEN = re.compile(r"sealed:[0-9a-f]{32}:\w+:[^:\s\"]+:[A-Za-z0-9_-]+=*")


@pytest.fixture(scope="module")
async def services(shared_services: SharedServices) -> Platform:
    """Referral, sessions and reporting, each with its worker; the tests say what matching would."""
    return await shared_services.of(REFERRAL, SESSIONS, REPORTING)


@pytest.fixture
async def planting(services: Platform, monkeypatch: pytest.MonkeyPatch) -> Planting:
    """Two people of whom everything is recorded, in a partnership of their own; referral knows the tenth programme."""
    monkeypatch.setitem(templates(), TENTH.id, TENTH)
    return await plant(services)


@dataclass
class Store:
    """All that a service of the partnership stores, past row-level security."""

    planting: Planting
    admin_url: str

    async def tables(self, service: str) -> dict[str, str]:
        """Read every table as text."""
        return await storage.tables(self.planting.platform, self.admin_url, service)

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Read the events of the partnership in sessions: type and stored body."""
        async with storage.as_admin(self.planting.platform, self.admin_url, "sessions") as connection:
            rows = await connection.fetch(
                "select type, body::jsonb as body from events where tenant = $1", self.planting.platform.tenant
            )
        return [(row["type"], json.loads(row["body"])) for row in rows]

    async def decrypt_all(self, service: str) -> dict[str, str]:
        """Decrypt every token in every table of a service: what can still be read of the partnership, by token."""
        platform = self.planting.platform
        tokens = {token for text in (await self.tables(service)).values() for token in TOKEN.findall(text)}
        keyring = Keyring(platform.settings.master_key())
        admin = storage.as_admin(platform, self.admin_url, service)
        async with admin as connection, connection.transaction():
            await name_tenants(connection, [platform.tenant])
            return await keyring.open(connection, platform.tenant, tokens)

    async def holders(self) -> dict[str, frozenset[Owner]]:
        """Return whom each word is encrypted for, of those that are in tokens."""
        planting, found = self.planting, defaultdict[str, set[Owner]](set)
        sides: dict[str, Owner] = {f"{planting.mentor_id}": "mentor", f"{planting.trainee_id}": "trainee"}
        for token, text in (await self.decrypt_all("sessions")).items():
            for word in planting.words_in(text):
                found[word].add(sides.get(token.split(":")[3], "other"))
        return {word: frozenset(owners) for word, owners in found.items()}


@pytest.fixture
def store(planting: Planting, postgres_admin_url: str) -> Store:
    return Store(planting, postgres_admin_url)


Seen = dict[tuple[str, str], tuple[bool, set[str]]]
"""Whether each reader was answered by each address, and which planted words they saw there."""


async def read_everything(planting: Planting, ids: dict[str, set[str]]) -> Seen:
    """Ask every route for everything, as everybody; no answer is an error of the service."""
    seen: Seen = {}
    failed = []
    for service in READ:
        for path, operations in document(service)["paths"].items():
            if "get" not in operations:
                continue
            for address in addresses(path, operations["get"].get("parameters", ()), ids):
                asked = [planting.platform[service].get(address, headers=who) for who in planting.readers.values()]
                for name, answer in zip(planting.readers, await asyncio.gather(*asked), strict=True):
                    failed += [f"{name} GET {address}: {answer.text}"] if answer.is_server_error else []
                    seen[name, address] = answer.is_success, planting.words_in(answer.text)
    assert failed == []
    return seen


def addresses(path: str, parameters: Iterable[dict[str, Any]], ids: dict[str, set[str]]) -> Iterator[str]:
    """Return the addresses of a route, for all known ids; an AssertionError where it is not known what to ask for."""
    known: dict[str, list[str]] = {}
    for parameter in parameters:
        name = parameter["name"]
        if parameter["in"] == "header" or name in PLAIN or is_filter_of_report(path, parameter):
            continue
        values = [DAYS[name]] if name in DAYS else [*values_of(name, ids)]
        assert values, f"GET {path}: say in this test what {name} may be"
        known[name] = values
    for chosen_values in product(*known.values()):
        chosen = dict(zip(known, chosen_values, strict=True))
        query = {name: value for name, value in chosen.items() if f"{{{name}}}" not in path}
        yield path.format_map(chosen) + (f"?{urlencode(query)}" if query else "")


def values_of(name: str, ids: dict[str, set[str]]) -> Sequence[str]:
    """Return the known values of a parameter."""
    values = KEYS.get(name, name)
    return sorted(ids.get(values, ())) if isinstance(values, str) else values


def is_filter_of_report(path: str, parameter: dict[str, Any]) -> bool:
    """Whether a parameter only leaves some of a report's rows out."""
    return path.startswith("/reports/") and parameter["name"] not in DAYS and not parameter["required"]


async def ids_of(store: Store) -> dict[str, set[str]]:
    """Return every id in the events of the partnership, by the name of its field; none of others' relationships."""
    found = defaultdict[str, set[str]](set, store.planting.known)
    events = [body for _, body in await store.events()]
    trainee_id = f"{store.planting.trainee_id}"
    of_others = {body.get("relationship_id") for body in events if body.get("trainee_id", trainee_id) != trainee_id}
    for body in events:
        for name, value in body.items():
            if name.endswith("_id") and value is not None and body.get("relationship_id") not in of_others - {None}:
                found[name].add(value)
    return found


async def counts(planting: Planting, ids: dict[str, set[str]], erased: Side) -> dict[str, Any]:
    """Return the mentor's hours, the counts of the school and the programmes up to a day, and the common needs."""
    reports = ["meetings-by-school", *(["caseloads"] if erased == "trainee" else [])]
    asked = [("reporting", f"/reports/{each}?as_of={AS_OF}") for each in reports]
    asked += [("reporting", f"/report?programme_id={each}&as_of={AS_OF}") for each in sorted(ids["programme_id"])]
    asked += [("sessions", f"/relationships/{each}/mentor-time") for each in sorted(ids["relationship_id"])]
    asked += [("sessions", "/common-needs"), ("sessions", "/recognitions")]
    found: dict[str, Any] = {}
    for service, address in asked:
        for reader in {"lead", "host", "mentor"} - {erased}:
            answer = await planting.platform[service].get(address, headers=planting.readers[reader])
            found[f"{reader} {address}"] = without(answer.json(), ENDED_WITH[erased]) if answer.is_success else None
    return found


def without(shown: Any, names: frozenset[str]) -> Any:
    """Return an answer without the fields of these names, wherever they are."""
    if isinstance(shown, list):
        return [without(each, names) for each in shown]
    if isinstance(shown, dict):
        return {name: without(each, names) for name, each in shown.items() if name not in names}
    return shown


async def erase(planting: Planting, side: Side) -> None:
    """Erase one of the two in referral, and wait until every service has destroyed their key."""
    person_id = planting.person_on(side)
    done = await planting.ours.http.post(
        f"/people/{person_id}/erasure", json={"on": ERASED_ON}, headers=planting.ours.lead
    )
    assert done.is_success, done.text

    async def is_forgotten() -> bool:
        gone = [await is_key_destroyed(planting.platform, service, person_id) for service in planting.platform.services]
        return all(gone) and all([await is_projected(planting.platform, service) for service in READ])

    await eventually(is_forgotten, within=60)


async def is_key_destroyed(platform: Platform, service: str, person_id: UUID) -> bool:
    connection = await connect(platform.urls[service]["worker"])
    try:
        async with connection.transaction():
            await name_tenants(connection, [platform.tenant])
            gone = "select wrapped is null from subject_keys where tenant = $1 and subject = $2"
            return bool(await connection.fetchval(gone, platform.tenant, f"{person_id}"))
    finally:
        await connection.close()


async def is_projected(platform: Platform, service: str) -> bool:
    connection = await connect(platform.urls[service]["worker"])
    try:
        return await projected_position(connection) >= await head(connection)
    finally:
        await connection.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("erased", ["trainee", "mentor"])
async def test_an_erased_person_leaves_the_other_what_is_theirs_and_every_count(
    planting: Planting, store: Store, erased: Side
) -> None:
    await everything_is_planted(planting, store)
    ids = await ids_of(store)
    seen, counted = await read_everything(planting, ids), await counts(planting, ids, erased)
    await nothing_is_plain(planting, store)

    await erase(planting, erased)

    left = await read_everything(planting, ids)
    gone = {word for word, owners in planting.words.items() if owners == {erased}}
    others = {word for word, owners in planting.words.items() if erased not in owners}
    assert [each for each, (_, words) in left.items() if words & gone] == []
    for each, (was_answered, words) in seen.items():
        is_answered, words_left = left[each]
        if each[0] == ("trainee" if erased == "mentor" else "mentor"):
            assert words_left == words - gone, each
            is_gone = (words and not words_left) or "/recognitions/" in each[
                1
            ]  # a file or a document is gone as a whole
            assert is_answered == was_answered or is_gone, each
        elif each[0] != erased:
            assert words_left & others == words & others, each
            assert words_left <= words, each
    readable = set[str]().union(*(words for _, words in seen.values()))
    assert readable & gone
    assert readable & others
    assert await counts(planting, ids, erased) == counted
    for service in READ:
        assert planting.words_in("".join((await store.decrypt_all(service)).values())) & gone == set()
    await nothing_is_plain(planting, store)
    stored = await store.tables("sessions")
    assert f"{planting.person_on(erased)}" not in stored["files"] + stored["drafts"]


async def everything_is_planted(planting: Planting, store: Store) -> None:
    """Each text that a route takes has a word, each that an event keeps has a value, sealed for those whose it is."""
    assert text_fields(document("sessions")) - planting.filled == NUMBERS_ONLY, PLANT
    stored = {
        (type_, name) for type_, body in await store.events() for name, value in body.items() if value is not None
    }
    personal = {(type_, name) for type_, event in EVENTS.classes.items() for name in personal_fields(event)}
    assert personal - stored == WRITTEN_NO_MORE, PLANT
    holders = await store.holders()
    assert {word: planting.words[word] for word in holders} == holders
    assert planting.words.keys() - holders.keys() == planting.in_no_event


async def nothing_is_plain(planting: Planting, store: Store) -> None:
    """No table and no topic has a planted word."""
    for service in planting.platform.services:
        for table, text in (await store.tables(service)).items():
            assert planting.words_in(text) == set(), f"{service} {table}"
    for topic in ("referral", "sessions", "people"):
        assert planting.words_in(await storage.messages(planting.platform, topic)) == set(), topic
