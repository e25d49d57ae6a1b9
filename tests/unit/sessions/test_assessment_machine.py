"""An assessment against a plain model: whatever its people do, in whatever order, both say the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.sessions.domain.assessment_versions import Assessment
from services.sessions.domain.assessments import (
    ASSESSMENT,
    AcknowledgeAssessment,
    Commands,
    CommentOnAssessment,
    ReturnAssessment,
    ShareAssessment,
    SignAssessment,
    SubmitAssessment,
)
from shared.events.words import Standard
from shared.kernel.decider import DomainError
from tests.support.given import NOW
from tests.unit.sessions.example_assessments import LEAD_ID, LEVELS, RULES, write
from tests.unit.sessions.examples import MONDAY, STRANGER_ID, TRAINEE_ID, TUTOR_ID

pytestmark = pytest.mark.covers("S8")
ORDER = ("tutor", "coordinator", "trainee")
PEOPLE: dict[str, UUID] = {"tutor": TUTOR_ID, "coordinator": STRANGER_ID, "trainee": TRAINEE_ID}
ROLES = st.sampled_from(ORDER)


@dataclass
class Folder:
    """The sheets of an assessment in a folder, one for each version, and the names under the last one."""

    sheets: list[str] = field(default_factory=list)
    whole: bool = False
    names: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where the last sheet is now."""
        return self.sheets[-1] if self.sheets else ""

    def put(self, place: str) -> bool:
        self.sheets[-1] = place
        return True

    def write(self, *, whole: bool, corrects: bool) -> bool:
        match self.place:
            case "drafting" | "shared" | "commented" if not corrects:
                self.put("drafting")
            case "" | "returned" if not corrects or not self.sheets:
                self.sheets.append("drafting")
            case "submitted" | "acknowledged" if corrects:
                self.sheets.append("drafting")
            case _:
                return False
        self.whole, self.names = whole, []
        return True

    def share(self) -> bool:
        if self.place in ("shared", "commented"):
            return True
        return self.place == "drafting" and self.whole and self.put("shared")

    def comment(self) -> bool:
        return self.place in ("shared", "commented") and self.put("commented")

    def sign(self, role: str, sheet: int) -> bool:
        if not self.sheets or sheet != len(self.sheets):
            return False
        if role in self.names:
            return True
        if self.place not in ("commented", "signing") or role != ORDER[len(self.names)]:
            return False  # nobody has commented yet, and it is the day on which it was shared
        self.names.append(role)
        return self.put("signed" if len(self.names) == len(ORDER) else "signing")

    def submit(self) -> bool:
        return self.place == "submitted" or (self.place == "signed" and self.put("submitted"))

    def acknowledge(self) -> bool:
        return self.place == "acknowledged" or (self.place == "submitted" and self.put("acknowledged"))

    def send_back(self, role: str | None) -> bool:
        if role is None:
            return self.place in ("signed", "submitted") and self.put("returned")
        waits = self.place in ("shared", "commented", "signing")
        return waits and role == ORDER[len(self.names)] and self.put("returned")


class Assessing(RuleBasedStateMachine):
    """A tutor, a coordinator, a trainee and a lead, on paper and in the service."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Folder()
        self.assessment: Assessment | None = None

    def do(self, command: Commands) -> bool:
        """Decide a command; say whether it was taken."""
        try:
            events = ASSESSMENT.decide(command, self.assessment, NOW)
        except DomainError:
            return False
        self.assessment = reduce(ASSESSMENT.evolve, events, self.assessment)
        return True

    @rule(whole=st.sampled_from((True, True, True, False)), corrects=st.booleans())
    def write(self, *, whole: bool, corrects: bool) -> None:
        fields: dict[str, Any] = {"command_reason": "a slip"} if corrects else {}
        levels: Mapping[Standard, str] = LEVELS if whole else {"TS1": "on_track"}
        assert self.do(write(levels=levels, **fields)) == self.folder.write(whole=whole, corrects=corrects)

    @rule()
    def share(self) -> None:
        assert self.do(ShareAssessment(rules=RULES, on=MONDAY)) == self.folder.share()

    @rule()
    def comment(self) -> None:
        assert self.do(CommentOnAssessment(comment=None, on=MONDAY)) == self.folder.comment()

    @rule(role=ROLES, back=st.sampled_from((0, 0, 0, 1)))
    def sign(self, role: str, back: int) -> None:
        sheet = max(len(self.folder.sheets) - back, 1)
        signing = SignAssessment(rules=RULES, roles=frozenset({role}), person_id=PEOPLE[role], version=sheet, on=MONDAY)
        assert self.do(signing) == self.folder.sign(role, sheet)

    @rule()
    def submit(self) -> None:
        assert self.do(SubmitAssessment(rules=RULES, on=MONDAY)) == self.folder.submit()

    @rule()
    def acknowledge(self) -> None:
        assert self.do(AcknowledgeAssessment(person_id=LEAD_ID, on=MONDAY)) == self.folder.acknowledge()

    @rule(role=st.sampled_from((None, *ORDER)))
    def send_back(self, role: str | None) -> None:
        returning = ReturnAssessment(
            rules=RULES,
            roles=frozenset({role} if role else ()),
            receives=role is None,
            person_id=LEAD_ID,
            reason="No comment on TS7.",
            on=MONDAY,
        )
        assert self.do(returning) == self.folder.send_back(role)

    @invariant()
    def both_say_the_same(self) -> None:
        if self.assessment is None:
            assert not self.folder.sheets
            return
        assert (self.assessment.state, self.assessment.version) == (self.folder.place, len(self.folder.sheets))
        assert list(self.assessment.roles_signed) == self.folder.names


TestAssessing = Assessing.TestCase
