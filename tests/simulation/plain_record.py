"""The record of pairs as a plain model over the stored events of sessions, which shares no line with the service.

Every event says what its decider believed (a version, a draft, a day), so that a decision on an outdated state shows.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from shared.kernel.records import RecordedEvent
from tests.simulation.mentoring import PER_WEEK, role_of

Body = dict[str, Any]
OF_A_DAY = {"meeting_held", "meeting_missed", "target_set", "target_reviewed", "target_progress_noted"}
"""What is a fact of a day of the relationship, unless it amends one."""
SIDES = {"mentor", "trainee"}


class PlainRecord:
    """Agreements, meetings, targets and releases; each method takes an event and lists which rules it breaks."""

    def __init__(self) -> None:
        self.last_day: dict[str, str] = {}
        self.agrees_first: dict[str, bool] = {}
        self.agreed: defaultdict[str, list[int]] = defaultdict(list)
        self.draft: defaultdict[str, int] = defaultdict(int)
        self.signed: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        self.met: dict[str, tuple[str, bool]] = {}
        self.knows_programme = False
        self.targets: dict[str, str] = {}
        self.to_count: list[str] = []
        self.of_week: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.released: dict[str, set[str]] = {}

    def add(self, event: RecordedEvent[str]) -> Iterator[str]:
        """Add an event to the record; yield a sentence for each rule that it breaks."""
        body, kind = from_json(event.body), event.type.removeprefix("sessions.")
        believed = body.get("version_number", event.version)
        if believed != event.version and not event.stream.startswith("journal_entry"):
            yield f"its version is {event.version}, and its decider believed {believed}"
        if kind in OF_A_DAY and body.get("amended_on") is None:
            yield from self._check_day(body, is_first=event.version == 1 or not kind.startswith("meeting"))
        category = kind.partition("_")[0]
        yield from getattr(self, f"_add_{category}", _ignore)(kind, body)

    def find_unfinished(self) -> Iterator[str]:
        """Yield what one append should have left in two streams, and left in one of them."""
        for (relationship_id, draft), sides in self.signed.items():
            if set(sides) == SIDES and draft not in self.agreed[relationship_id]:
                yield f"{relationship_id}: both signed draft {draft}, which is not in force"
        counted = [target_id for targets in self.of_week.values() for target_id in targets]
        if sorted(counted) != sorted(self.to_count):
            yield f"{len(self.to_count)} targets are set by the rules, and {len(counted)} counted for their week"

    def _check_day(self, body: Body, *, is_first: bool) -> Iterator[str]:
        relationship_id = body["relationship_id"]
        if relationship_id not in self.last_day:
            yield "nobody has opened its relationship"
        elif is_first and body["happened_on"] > self.last_day[relationship_id]:
            yield f"it is of {body['happened_on']}, after the end on {self.last_day[relationship_id]}"

    def _add_programme(self, kind: str, body: Body) -> Iterator[str]:
        del kind, body
        self.knows_programme = True
        return iter(())

    def _add_relationship(self, kind: str, body: Body) -> Iterator[str]:
        relationship_id = body["relationship_id"]
        match kind:
            case "relationship_opened":
                if relationship_id in self.last_day:
                    yield "it is opened twice"
                self.last_day[relationship_id] = body["ends_on"]
                self.agrees_first[relationship_id] = body["agreement_first"]
            case "relationship_ended":
                self.last_day[relationship_id] = body["ended_on"]
            case "relationship_agreed":
                if set(self.signed[relationship_id, body["draft"]]) != SIDES:
                    yield f"draft {body['draft']} is in force, and not both have signed it"
                self.agreed[relationship_id].append(body["draft"])

    def _add_agreement(self, kind: str, body: Body) -> Iterator[str]:
        relationship_id, draft = body["relationship_id"], body["draft"]
        if kind == "agreement_written":
            self.draft[relationship_id] += 1
        elif body["by"] in self.signed[relationship_id, draft]:
            yield f"the {body['by']} signs twice"
        else:
            self.signed[relationship_id, draft].append(body["by"])
        if draft != self.draft[relationship_id]:
            yield f"{kind} is about draft {draft}, and the last is {self.draft[relationship_id]}"

    def _add_meeting(self, kind: str, body: Body) -> Iterator[str]:
        by, acknowledged = self.met.get(body["meeting_id"], ("nobody", False))
        if kind != "meeting_acknowledged":
            self.met[body["meeting_id"]] = (body["by"], False)
            return
        if acknowledged or by in ("nobody", body["by"]):
            yield f"the {body['by']} acknowledges what the {by} wrote"
        self.met[body["meeting_id"]] = (by, True)

    def _add_target(self, kind: str, body: Body) -> Iterator[str]:
        target_id = body["target_id"]
        match kind:
            case "target_counted":
                of_week = self.of_week[body["relationship_id"], body["week"]]
                of_week.append(target_id)
                if len(of_week) > PER_WEEK:
                    yield f"the week of {body['week']} has {len(of_week)} targets"
            case "target_set":
                self.targets[target_id] = "open"
                self.to_count += [target_id] if self.knows_programme else []
                if self.agrees_first.get(body["relationship_id"]) and not self.agreed[body["relationship_id"]]:
                    yield "it is set before both have signed their agreement"
            case _:
                if self.targets.get(target_id) in (None, "met"):
                    yield f"{kind} is about a target that is {self.targets.get(target_id)}"
                self.targets[target_id] = body.get("status", "progressing")

    def _add_journal(self, kind: str, body: Body) -> Iterator[str]:
        to = self.released.setdefault(body["entry_id"], set())
        match kind:
            case "journal_entry_released":
                if body["to"]["role"] in to:
                    yield f"it is released to the {body['to']['role']} twice"
                to.add(body["to"]["role"])
            case "journal_release_revoked":
                if body["to"]["role"] not in to:
                    yield f"it was not released to the {body['to']['role']}"
                to.discard(body["to"]["role"])
            case "journal_entry_read":
                if role_of(UUID(body["reader_id"])) not in to:
                    yield f"the {role_of(UUID(body['reader_id']))} reads it, and it is released to {sorted(to)}"


def _ignore(kind: str, body: Body) -> Iterator[str]:
    del kind, body
    return iter(())
