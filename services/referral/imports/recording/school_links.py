"""Record successors of closed schools from the register's file of links: they take over people and offers.

A school is succeeded if the register shows it as closed, one link in force names a successor, and that successor, or
its own successor, is recorded and open. A link that cannot be recorded is not an error of the file: it is counted by
reason, and tried again with the next file.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain.imports import Effect
from services.referral.domain.offers import OFFER, RecordOffer
from services.referral.domain.people import PERSON, RecordPerson
from services.referral.domain.profiles import MenteeProfile, MentorProfile, Profile
from services.referral.domain.schools import SCHOOL, FollowSchool, School, SucceedSchool
from services.referral.imports.database import fetch_rows
from services.referral.imports.formats.school_links import LinkRow
from services.referral.imports.outcomes import Outcome, SchoolChange
from services.referral.imports.recording.identities import load_people
from shared.kernel.unit import Unit
from shared.spreadsheets.rows import Draft, good_rows


@dataclass
class _Links:
    """The links in force, by the URN of the school that was followed and of its successors."""

    rows: dict[str, dict[str, LinkRow]] = field(default_factory=lambda: defaultdict(dict))
    skipped: Counter[str] = field(default_factory=Counter)

    @classmethod
    def among(cls, rows: Iterable[LinkRow], on: date) -> "_Links":
        links = cls()
        for row in rows:
            if row.in_force(on):
                before, after = row.succession
                links.rows[before].setdefault(after, row)
            else:
                links.skipped["not_in_force_yet"] += 1
        return links

    def successor(self, urn: str) -> str | None:
        """The successor that the register names, None where it names none or several."""
        named = self.rows.get(urn, {})
        return next(iter(named)) if len(named) == 1 else None


async def record_links(unit: Unit, drafts: Sequence[Draft[LinkRow]], on: date) -> Outcome:
    """Let successors take over. Recording the same links again moves what was since recorded at a closed school."""
    links = _Links.among(good_rows(drafts), on)
    named = list(dict.fromkeys(urn for before, after in links.rows.items() for urn in (before, *after)))
    schools = dict(zip(named, await unit.load(SCHOOL, *named), strict=True))
    outcome = Outcome(skipped=links.skipped)
    successors: dict[str, str] = {}
    effect: Counter[str] = Counter()
    for urn in links.rows:
        successor, why_not = _final_successor(urn, links, schools)
        if successor is None:
            outcome.skipped[why_not] += 1
            continue
        successors[urn] = successor
        effect["new" if await _follow(unit, urn, successor, links, outcome, on) else "unchanged"] += 1
    outcome.effect = Effect(**effect)
    outcome.streams += await _move_all(unit, successors, on)
    for what, number in Counter(stream.partition("-")[0] for stream in outcome.streams).items():
        if what != SCHOOL.category:
            outcome.report.count(f"{what}_moved", number)
    return outcome.with_errors({draft.line: draft.errors for draft in drafts})


def _final_successor(urn: str, links: _Links, schools: Mapping[str, School]) -> tuple[str | None, str]:
    """Find the school that takes over in the end, or the reason why there is none."""
    if schools[urn].row is None:
        return None, "school_not_recorded"
    if not schools[urn].closed:
        return None, "still_open"
    seen, successor = {urn}, urn
    while (successor := links.successor(successor) or "") and successor not in seen:
        if schools[successor].open:
            return successor, ""
        seen.add(successor)
    return None, "several_successors" if len(links.rows.get(urn, {})) > 1 else "successor_not_recorded"


async def _follow(unit: Unit, urn: str, successor: str, links: _Links, outcome: Outcome, on: date) -> bool:
    row = next(iter(links.rows[urn].values()))
    day = row.established_on or on
    merged = any(link.is_merger for link in links.rows[urn].values())
    followed = await unit.decide(SCHOOL, urn, SucceedSchool(urn=urn, successor_urn=successor, merged=merged, on=day))
    if not followed:
        return False
    await unit.decide(SCHOOL, successor, FollowSchool(urn=successor, predecessor_urn=urn, on=day))
    outcome.streams += [SCHOOL.stream(urn), SCHOOL.stream(successor)]
    (school,) = await unit.load(SCHOOL, urn)
    assert school.row is not None
    what = "merged" if merged else "succeeded"
    outcome.report.add(SchoolChange(what=what, urn=urn, name=school.row.name, successor_urn=successor))
    return True


async def _move_all(unit: Unit, successors: Mapping[str, str], on: date) -> list[str]:
    """Move people and offers at these schools to the successors; answers the streams that changed."""
    people = await fetch_rows(
        unit,
        """select person_id from people where school_urn = any ($1)
           union
           select person_id from people, jsonb_array_elements(profile -> 'periods') as period
           where period ->> 'school_urn' = any ($1)""",
        list(successors),
    )
    offers = await fetch_rows(unit, "select offer_id from offers where school_urn = any ($1)", list(successors))
    moved = await _move_people(unit, [row["person_id"] for row in people], successors, on)
    return moved + await _move_offers(unit, [row["offer_id"] for row in offers], successors, on)


async def _move_people(unit: Unit, keys: Sequence[UUID], successors: Mapping[str, str], on: date) -> list[str]:
    moved = []
    for key, (person, identity) in (await load_people(unit, keys)).items():
        there = _at_successors(person.profile, successors)
        if identity is None or there is None:
            continue
        command = RecordPerson(person_id=key, identity=identity, on_record=identity, profile=there, on=on)
        if await unit.decide(PERSON, key, command):
            moved.append(PERSON.stream(key))
    return moved


def _at_successors(profile: Profile | None, successors: Mapping[str, str]) -> Profile | None:
    """Replace closed schools in a profile by their successors; None for a profile without a school."""
    match profile:
        case MentorProfile():
            return profile.at_successors(successors)
        case MenteeProfile():
            return profile.model_copy(update={"school_urn": successors.get(profile.school_urn, profile.school_urn)})
        case _:
            return None


async def _move_offers(unit: Unit, keys: Sequence[UUID], successors: Mapping[str, str], on: date) -> list[str]:
    moved = []
    for key, offer in zip(keys, await unit.load(OFFER, *keys), strict=True):
        if offer.terms is None or offer.terms.school_urn not in successors:
            continue
        successor = successors[offer.terms.school_urn]
        shared = tuple(urn for urn in (successors.get(urn, urn) for urn in offer.terms.shared_with) if urn != successor)
        terms: dict[str, Any] = offer.terms.model_dump(include=set(RecordOffer.model_fields))
        command = RecordOffer.model_validate(terms | {"school_urn": successor, "shared_with": shared, "on": on})
        if await unit.decide(OFFER, key, command):
            moved.append(OFFER.stream(key))
    return moved
