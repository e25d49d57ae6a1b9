"""The part of the load that works in sessions: pairs who agree, meet, set targets, and keep and release a journal.

Each event has a mark that no other command's events have: a meeting its day, a target the day on which it is due. So a
client that does not know what became of a command never sends another one with the same mark.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.sessions.domain.meetings import meeting_id_on
from tests.faults import marks
from tests.faults.history import Command, Who

if TYPE_CHECKING:
    from tests.faults.clients import Clients

STARTS_ON, LAST_DAY = date(2026, 9, 14), date(2026, 12, 18)
ROLES = ("tutor", "assessor", "school_lead", "partnership_lead")
ANSWERS = {"expectations": "We both come prepared.", "confidentiality": "What we say stays between us."}


def days() -> Iterator[date]:
    """Every day from Monday to Friday of the placement, once."""
    every = (STARTS_ON + timedelta(days=n) for n in range((LAST_DAY - STARTS_ON).days + 1))
    return (day for day in every if day.weekday() < 5)


@dataclass
class WorkingPair:
    """A mentor and a trainee; the iterators give the days that no command of theirs has had."""

    relationship_id: str
    mentor: Who
    trainee: Who
    agreed: bool = False
    is_agreeing: bool = False
    meets_on: Iterator[date] = field(default_factory=days)
    due_on: Iterator[date] = field(default_factory=lambda: islice(days(), 1, None, 2))  # at most three targets a week
    writes_on: Iterator[date] = field(default_factory=days)

    @property
    def path(self) -> str:
        return f"/relationships/{self.relationship_id}"


@dataclass
class Mentoring:
    """What the pairs have done that can be gone on with: meetings to acknowledge, targets to review, entries."""

    clients: "Clients"
    pairs: Sequence[WorkingPair] = ()
    meetings: list[tuple[WorkingPair, UUID, date]] = field(default_factory=list)
    targets: list[tuple[WorkingPair, str, Iterator[date]]] = field(default_factory=list)
    entries: list[tuple[WorkingPair, str, Iterator[str]]] = field(default_factory=list)

    async def work(self, random: Random) -> None:
        """Take a step with one of the pairs."""
        if self.pairs:
            await random.choices(
                (
                    self._agree,
                    self._meet,
                    self._acknowledge,
                    self._set_target,
                    self._review,
                    self._write,
                    self._release,
                ),
                (2, 5, 4, 3, 5, 2, 6),
            )[0](random)

    async def _ask(
        self,
        random: Random,
        who: Who,
        kind: str,
        path: str,
        body: object,
        event: str,
        mark: str,
        method: str = "POST",
        after_it: int = 0,
    ) -> Mapping[str, Any] | None:
        """Send a command that leaves one event; return its answer, None for one that is refused or not known."""
        command: Command = self.clients.command(
            kind, path, body, {event: 1}, service="sessions", method=method, who=who, mark=mark, after_it=after_it
        )
        done = await self.clients.until_known(command, random)
        return done.answer if done is not None and done.outcome == "ok" else None

    async def _agree(self, random: Random) -> None:
        """Write an agreement and sign it, first the mentor and then the trainee."""
        pair = next((pair for pair in self.pairs if not pair.agreed and not pair.is_agreeing), None)
        if pair is None:
            return
        pair.is_agreeing = True
        path, on, rel = f"{pair.path}/agreement", {"on": f"{STARTS_ON}"}, pair.relationship_id
        body = on | {"answers": ANSWERS}
        mark = marks.draft(rel, 1)
        if await self._ask(random, pair.mentor, "draft", path, body, "sessions.agreement_written", mark, "PUT") is None:
            return
        for side, who in (("mentor", pair.mentor), ("trainee", pair.trainee)):
            signs, event = {**on, "draft": 1}, "sessions.agreement_signed"
            mark = marks.signature(rel, 1, side)
            signed = await self._ask(random, who, "sign", f"{path}/signatures", signs, event, mark)
            if signed is None:
                return
        pair.agreed = True

    async def _meet(self, random: Random) -> None:
        pair = random.choice(self.pairs)
        if (day := next(pair.meets_on, None)) is None:
            return
        meeting_id = meeting_id_on(UUID(pair.relationship_id), day)
        body = {"status": "held", "on": f"{day}", "minutes": 45}
        mark = marks.meeting(meeting_id)
        done = await self._ask(
            random, pair.mentor, "meet", f"{pair.path}/meetings", body, "sessions.meeting_held", mark
        )
        if done is not None:
            self.meetings.append((pair, meeting_id, day))

    async def _acknowledge(self, random: Random) -> None:
        if not self.meetings:
            return
        pair, meeting_id, day = self.meetings.pop(random.randrange(len(self.meetings)))
        path, mark = f"/meetings/{meeting_id}/acknowledgement", marks.acknowledgement(meeting_id)
        event = "sessions.meeting_acknowledged"
        await self._ask(random, pair.trainee, "acknowledge", path, {"on": f"{day}"}, event, mark, "PUT")

    async def _set_target(self, random: Random) -> None:
        pair = random.choice(self.pairs)
        if not pair.agreed or (due_on := next(pair.due_on, None)) is None:
            return
        set_on = due_on - timedelta(days=1)
        body = {"text": "Wait three seconds after each question.", "on": f"{set_on}", "due_on": f"{due_on}"}
        mark = marks.target(pair.relationship_id, due_on)
        who = random.choice((pair.mentor, pair.trainee))
        path, event = f"{pair.path}/targets", "sessions.target_set"
        # it counts for its week too
        done = await self._ask(random, who, "set target", path, body, event, mark, after_it=1)
        if done is not None:
            self.targets.append((pair, done["target_id"], (day for day in days() if day >= set_on)))

    async def _review(self, random: Random) -> None:
        if not self.targets:
            return
        at = random.randrange(len(self.targets))
        pair, target_id, reviewed_on = self.targets[at]
        if (day := next(reviewed_on, None)) is None:
            return
        body, mark = {"on": f"{day}", "status": "progressing"}, marks.review(target_id, day)
        path, event = f"/targets/{target_id}/reviews", "sessions.target_reviewed"
        await self._ask(random, random.choice((pair.mentor, pair.trainee)), "review", path, body, event, mark)

    async def _write(self, random: Random) -> None:
        pair = random.choice(self.pairs)
        if (day := next(pair.writes_on, None)) is None:
            return
        body, mark = {"on": f"{day}", "text": "More hands went up."}, marks.entry(pair.trainee.subject, day)
        done = await self._ask(
            random, pair.trainee, "write journal", "/journal", body, "sessions.journal_entry_written", mark
        )
        if done is not None:
            self.entries.append((pair, done["entry_id"], iter(ROLES)))

    async def _release(self, random: Random) -> None:
        """Release an entry to one role more."""
        if not self.entries:
            return
        pair, entry_id, roles = self.entries.pop(random.randrange(len(self.entries)))
        if (role := next(roles, None)) is None:
            return
        body, path = {"to": {"role": role}, "on": f"{LAST_DAY}"}, f"/journal/{entry_id}/releases"
        mark, event = marks.release(entry_id, role), "sessions.journal_entry_released"
        if await self._ask(random, pair.trainee, "release", path, body, event, mark) is not None:
            self.entries.append((pair, entry_id, roles))
