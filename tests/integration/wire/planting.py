"""Two people of whom everything is recorded that sessions records, with a word of its own planted in every text.

Each word says whose it is: which people it is encrypted for, so that it stays readable as long as one of them is not
erased (decision 32). A text that a route takes, or that an event keeps, and that nothing plants makes the tests fail.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
from starlette.routing import compile_path

from tests.integration.referral.partnership import Partnership
from tests.integration.referral.requests import PROGRAMME, post_ok
from tests.integration.sessions import test_figures, test_files, test_nudges, test_series, test_summaries
from tests.integration.sessions.later import tell_of_untouched
from tests.integration.sessions.pairs import Headers, Pair, a_pair, a_tutor
from tests.integration.sessions.test_circles import a_circle, meet
from tests.integration.wire.test_solver_inputs import SCHOOL, Season
from tests.support.documents import document
from tests.support.services import Platform, eventually
from tests.support.tenth_programme import TENTH

Owner = Literal["mentor", "trainee", "other"]
"""Whom a text is encrypted for: the mentor, the mentee, or somebody else."""
ON, LATER = "2026-10-30", "2026-11-13"
ON_TRACK = dict.fromkeys([f"TS{nth}" for nth in range(1, 9)], "on_track")
OFF_TRACK = ON_TRACK | {"TS3": "not_on_track", "TS7": "not_on_track"}
MET = dict.fromkeys(ON_TRACK, "met")


@dataclass
class Planting:
    """A mentor and a mentee, the words that were planted and whose they are, and the fields that were filled."""

    platform: Platform
    ours: Partnership
    mentor_id: UUID
    trainee_id: UUID
    words: dict[str, frozenset[Owner]] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    readers: dict[str, Headers] = field(default_factory=dict)
    known: dict[str, set[str]] = field(default_factory=dict)
    """What the addresses of routes name and no event does, by the name of the parameter."""
    in_no_event: set[str] = field(default_factory=set)
    """The words in files and drafts."""

    def word(self, *owners: Owner) -> str:
        """Return a new word that is encrypted for these people."""
        word = f"planted{uuid4().hex[:12]}"
        self.words[word] = frozenset(owners)
        return word

    def word_in_no_event(self, owner: Owner) -> str:
        """Return a new word for a file or a draft."""
        word = self.word(owner)
        self.in_no_event.add(word)
        return word

    def of_trainee(self) -> str:
        return self.word("trainee")

    def person_on(self, side: Literal["mentor", "trainee"]) -> UUID:
        """Return the id of one of the two."""
        return self.mentor_id if side == "mentor" else self.trainee_id

    def words_in(self, text: str) -> set[str]:
        """Return the planted words in a text."""
        return {word for word in self.words if word in text}

    async def do(self, pair: Pair, step: str, who: Headers, **body: Any) -> Any:
        """Send a command, which must succeed; a path that begins without a slash is one of the pair's relationship.

        It is of the usual day unless it says of which, or that it is amended; with None it has no day.
        """
        method, _, path = step.partition(" ")
        path = path if path.startswith("/") else f"{pair.path}/{path}"
        day = {} if "amended_on" in body else {"on": ON}
        sent = {name: value for name, value in (day | body).items() if value is not None}
        done = await self.platform["sessions"].request(method, path, json=sent, headers=who)
        assert done.is_success, f"{step}: {done.status_code} {done.text}"
        return done.json()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note in which fields of requests the planted words are sent."""
        paths = sorted(document("sessions")["paths"], key=lambda path: path.count("{"))
        patterns = [(path, compile_path(path)[0]) for path in paths]

        async def note(request: httpx.Request) -> None:
            if request.headers.get("Content-Type") != "application/json":
                return
            path = next(path for path, pattern in patterns if pattern.fullmatch(request.url.path))
            for pointer in self._pointers(json.loads(request.content), ""):
                self.filled.add(f"{request.method} {path} {pointer}")

        hooks = self.platform["sessions"].event_hooks["request"]
        hooks.append(note)
        try:
            yield
        finally:
            hooks.remove(note)

    def _pointers(self, value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, str) and self.words_in(value):
            yield pointer
            yield f"{pointer.rpartition('/')[0]}/*"  # a field of a form, or a standard
        for name, each in value.items() if isinstance(value, dict) else ():
            yield from self._pointers(each, f"{pointer}/{name}")
        for each in value if isinstance(value, list) else ():
            yield from self._pointers(each, f"{pointer}/#")


async def plant(services: Platform) -> Planting:
    """Record a mentor and a trainee in referral, let them work together in three programmes, and plant words."""
    platform = replace(services, tenant=f"p-{uuid4().hex[:12]}")
    ours = Partnership(platform, platform.tenant, platform.bearer("partnership_lead", subject=f"{uuid4()}"))
    season = await Season(ours).prepare()
    await season.mentor()
    await season.trainee()
    planting = Planting(platform, ours, UUID(season.people["M-1"]), UUID(season.people["T-1"]))
    with planting.watching():
        await _plant_all(planting)
    return planting


async def _plant_all(planting: Planting) -> None:
    platform, ours = planting.platform, planting.ours
    in_eight_weeks = {"ends_on": test_series.TODAY + 8 * test_series.WEEK}
    returning = await _pair(planting, TENTH.id, agreement_first=True, **in_eight_weeks)
    placed, inducted = await _pair(planting, "ite-placement"), await _pair(planting, "ect-induction")
    host = platform.bearer("school_lead", subject=f"{uuid4()}", schools=(SCHOOL,))
    tutor = await a_tutor(placed)
    readers = {"mentor": placed.mentor, "trainee": placed.trainee, "lead": ours.lead, "host": host, "tutor": tutor}
    planting.readers |= readers
    await _agree(planting, returning)
    await _meet(planting, returning)
    await _work_on_targets(planting, returning)
    await _observe(planting, returning, placed)
    await _keep_a_journal(planting, placed)
    await _give_feedback_and_figures(planting, returning, placed)
    await _assess(planting, placed)
    await _second_look(planting, placed)
    await _assess_induction(planting, inducted)
    await _support_by_others(planting, returning)
    await _look_back(planting, returning)
    await _part(planting, returning)
    await _keep_drafts(planting, placed)
    await _recognise(planting, returning)


async def _pair(planting: Planting, template: str, **terms: Any) -> Pair:
    opened = await post_ok(planting.ours, "/programmes?again=true", **PROGRAMME | {"template": template})
    people = {"trainee_id": planting.trainee_id, "mentor_id": planting.mentor_id}
    known = {"school_urn": SCHOOL, "programme_id": UUID(opened["programme_id"]), "terms": terms}
    pair = await a_pair(planting.platform, **people, **known)

    async def practice_is_known() -> bool:
        return (await pair.get(f"{pair.path}/practice", pair.mentor)).status_code == 200

    await eventually(practice_is_known)
    return pair


async def _sign(planting: Planting, pair: Pair, what: str, draft: int, *order: Headers) -> None:
    for who in order:
        await planting.do(pair, f"POST {what}/signatures", who, draft=draft)


async def _agree(planting: Planting, pair: Pair) -> None:
    word, do = planting.word, planting.do
    returners = {"years_away": 6, "confidence": 4, "pace": "gently", "between_us": word("mentor", "trainee")}
    await do(pair, "PUT agreement", pair.trainee, answers=returners)
    companions = {"pace": "gently", "between_us": word("mentor", "trainee"), "can_show": word("mentor")}
    written = await do(pair, "PUT agreement", pair.mentor, answers=companions)
    await _sign(planting, pair, "agreement", written["draft"], pair.trainee, pair.mentor)
    for who in (pair.mentor, pair.trainee):
        await do(pair, "PUT survey/answers", who, answers={"routines": 4, "growing": 2})


async def _meet(planting: Planting, pair: Pair) -> None:
    word, do, own = planting.word, planting.do, planting.of_trainee
    target = {"text": own(), "measure": own(), "answers": {"firm_ground": own()}, "due_on": "2026-11-02"}
    held = {"status": "held", "minutes": 50, "pulse": 3, "discussed": own(), "reflection": own(), "targets": [target]}
    met = await do(pair, "POST meetings", pair.trainee, on="2026-10-05", **held)
    path = f"/meetings/{met['meeting_id']}"
    amended = {"status": "held", "minutes": 45, "pulse": 4, "discussed": own(), "reflection": own()}
    await do(pair, f"PUT {path}", pair.trainee, amended_on="2026-10-06", **amended)
    await do(pair, f"PUT {path}/note", pair.mentor, note=word("mentor"))
    await do(pair, f"PUT {path}/note", pair.trainee, note=word("trainee"))
    await do(pair, "PUT series", pair.mentor, weekdays=["monday"], starts_on="2026-10-05")
    planned = (await test_series.series_of(pair, pair.mentor, 1))["meetings"][-1]["planned_id"]
    await do(pair, f"POST series/{planned}/agenda", pair.trainee, text=word("mentor", "trainee"))
    await test_nudges.miss(pair, "2026-10-12", "2026-10-13", "2026-10-14")
    await tell_of_untouched(pair, pair.mentor, *met["target_ids"], days=20)
    await test_nudges.until_signs(pair, pair.trainee, "missed_in_a_row", "untouched_targets")


async def _work_on_targets(planting: Planting, pair: Pair) -> None:
    do, own = planting.do, planting.of_trainee

    def new_words() -> dict[str, Any]:
        return {"text": own(), "measure": own(), "answers": {"firm_ground": own()}, "due_on": "2026-11-30"}

    made = await do(pair, "POST targets", pair.mentor, on="2026-10-20", **new_words())
    path = f"/targets/{made['target_id']}"
    await do(pair, f"PUT {path}", pair.trainee, amended_on="2026-10-21", **new_words())
    await do(pair, f"POST {path}/progress", pair.trainee, note=own())
    share = {"to": {"role": "head_of_staff"}}
    await do(pair, f"POST {path}/shares", pair.mentor, **share)
    await do(pair, f"POST {path}/acknowledgements", planting.readers["host"])
    await do(pair, f"POST {path}/reviews", pair.mentor, status="progressing", note=own())
    await do(pair, f"PUT {path}/review", pair.mentor, on=ON, amended_on=ON, status="progressing", note=own())
    await do(pair, f"POST {path}/reviews", pair.mentor, status="revised", note=own(), revised=new_words())


async def _observe(planting: Planting, returning: Pair, placed: Pair) -> None:
    """Observe a lesson of the mentee, who owns the record in the one programme, and with the mentor in the other."""
    word, do = planting.word, planting.do
    for pair, of_trainee, of_mentor in (
        (returning, {"question": word("trainee")}, {"calm": 7, "seen": word("trainee")}),
        (placed, {"focus": word("mentor", "trainee")}, {"strengths": word("mentor", "trainee")}),
    ):
        made = await do(pair, "POST observations", pair.trainee, on="2026-10-05", planned_on="2026-10-06")
        path = f"/observations/{made['observation_id']}"
        await do(pair, f"PUT {path}/acceptance", pair.mentor)
        await do(pair, f"PUT {path}/answers", pair.trainee, answers=of_trainee)
        await do(pair, f"PUT {path}/held", pair.mentor, on="2026-10-06", development_need=True)
        await do(pair, f"PUT {path}/answers", pair.mentor, answers=of_mentor)
        await do(pair, f"POST {path}/releases", pair.trainee, to={"role": "school_lead"})


async def _keep_a_journal(planting: Planting, pair: Pair) -> None:
    word, do = planting.word, planting.do
    for owner in ("mentor", "trainee"):
        who, other = (pair.mentor, pair.trainee_id) if owner == "mentor" else (pair.trainee, pair.mentor_id)
        link = f"https://video.example/{word(owner)}"
        made = await do(pair, "POST /journal", who, text=word(owner), link=link)
        path = f"/journal/{made['entry_id']}"
        await do(pair, f"PUT {path}", who, text=word(owner), link=link)
        content = b"%PDF-1.7 " + planting.word_in_no_event(owner).encode()
        sent = await test_files.send(pair, path, content, who, name=f"{word(owner)}.pdf", on=ON)
        assert sent.status_code == 201, sent.text
        for to in ({"person_id": f"{other}"}, {"role": "tutor"}):
            await do(pair, f"POST {path}/releases", who, to=to)


async def _keep_drafts(planting: Planting, pair: Pair) -> None:
    draft_ids = planting.known["draft_id"] = set()
    for owner in ("mentor", "trainee"):
        who = pair.mentor if owner == "mentor" else pair.trainee
        draft_id, typed = f"{uuid4()}", {"discussed": planting.word_in_no_event(owner)}
        form = {"method": "POST", "path": f"{pair.path}/meetings", "body": typed}
        await planting.do(pair, f"PUT /drafts/{draft_id}", who, on=None, **form)
        draft_ids.add(draft_id)


async def _recognise(planting: Planting, pair: Pair) -> None:
    """Let the mentor have a document of what they have done."""
    made = await planting.do(pair, "POST /recognitions", pair.mentor, name=planting.word("mentor"))
    waits = planting.platform.after_own_commands("sessions")
    shown = await pair.get(f"/recognitions/{made['recognition_id']}", pair.mentor | waits)
    planting.known |= {"code": {shown.json()["code"]}, "partnership": {planting.platform.tenant}}


async def _give_feedback_and_figures(planting: Planting, returning: Pair, placed: Pair) -> None:
    do, own = planting.do, planting.of_trainee
    given = {"text": own(), "next_step": own(), "areas": ["pedagogy"], "development_needs": ["TS7"]}
    made = await do(placed, "POST feedback", placed.mentor, on="2026-10-05", **given)
    path = f"/feedback/{made['feedback_id']}"
    again = {"text": own(), "next_step": own(), "areas": ["pedagogy"], "development_needs": ["TS7"]}
    await do(placed, f"PUT {path}", placed.mentor, amended_on="2026-10-06", **again)
    await do(placed, f"POST {path}/releases", placed.trainee, to={"role": "tutor"})
    answers = {"at_ease": 4, "mood": "tired", "own": 5}
    made = await do(returning, "POST measures", returning.trainee, on="2026-10-05", instrument="ease", answers=answers)
    path = f"/measures/{made['series_id']}/{made['measure_id']}"
    await do(returning, f"POST {path}/releases", returning.trainee, to={"role": "partnership_lead"})
    file = f"mentee_id,measure,value,day,source\n{placed.trainee_id},lessons_taught,12,2026-10-05,{own()}"
    sent = await test_figures.send(returning, file.encode(), planting.readers["host"])
    assert sent.status_code == 201, sent.text


async def _assess(planting: Planting, pair: Pair) -> None:
    """Take an assessment through an appeal, a support plan, a return, and its correction."""
    do, own, tutor = planting.do, planting.of_trainee, planting.readers["tutor"]
    about = {"relationship_id": f"{pair.relationship_id}", "kind": "end_of_placement"}

    def text() -> dict[str, Any]:
        return {"judgements": OFF_TRACK, "comments": {"TS1": own()}, "answers": {"comment": own()}}

    made = await do(pair, "POST /assessments", tutor, **about, **text())
    path = f"/assessments/{made['assessment_id']}"
    await do(pair, f"PUT {path}", tutor, **text())
    for version in (1, 2):
        found = (await pair.get(f"{path}/unexpected", tutor)).json()["unexpected"]
        await do(pair, f"PUT {path}/sharing", tutor, reasons={each: own() for each in found})
        await do(pair, f"PUT {path}/comment", pair.trainee, comment=own())
        for who in (tutor, planting.readers["host"], pair.trainee):
            await do(pair, f"POST {path}/signatures", who, version=version)
        await do(pair, f"PUT {path}/submission", tutor)
        if version == 1:
            await _appeal(planting, pair, path)
            await _support(planting, pair, path)
            await do(pair, f"PUT {path}/return", planting.ours.lead, reason=own())
            await do(pair, f"PUT {path}", tutor, **text())
    await do(pair, f"PUT {path}/acknowledgement", planting.ours.lead)
    await do(pair, f"POST {path}/corrections", tutor, reason=own(), **text())


async def _appeal(planting: Planting, pair: Pair, path: str) -> None:
    do, own, version = planting.do, planting.of_trainee, {"version": 1}
    await do(pair, f"PUT {path}/appeal", pair.trainee, reason=own(), **version)
    await do(pair, f"PUT {path}/appeal/decision", planting.ours.lead, outcome="dismissed", reason=own(), **version)
    await do(pair, f"PUT {path}/appeal/reversal", planting.ours.lead, reason=own(), **version)


async def _support(planting: Planting, pair: Pair, path: str) -> None:
    do, own, tutor, of = planting.do, planting.of_trainee, planting.readers["tutor"], f"{path}/support-plan"
    goal = {"goal": own(), "help": own(), "standards": ["TS3", "TS7"]}
    await do(pair, f"PUT {of}", tutor, goals=[goal], review_on=[LATER])
    await do(pair, f"PUT {of}/sharing", tutor)
    await do(pair, f"PUT {of}/review", tutor, on=LATER, review_on=LATER, progress="go_on", text=own())
    await do(pair, f"PUT {of}/closing", tutor, on=LATER, outcome="achieved", text=own())
    await do(pair, f"PUT {of}/reopening", tutor, on=LATER, text=own())


async def _second_look(planting: Planting, pair: Pair) -> None:
    """Let another tutor give a second opinion, return the assessment as a moderator, and take one over."""
    do, own, tutor, lead = planting.do, planting.of_trainee, planting.readers["tutor"], planting.ours.lead
    excepted = {"role": "assessor", "exception": own(), "ends_on": "2026-09-30"}
    await do(pair, "POST /assignments", lead, **_assignment(pair, pair.mentor_id, **excepted))
    other_id = uuid4()
    other = await a_tutor(pair, person_id=other_id)
    about = {"relationship_id": f"{pair.relationship_id}", "kind": "final", "judgements": MET}
    made = await do(pair, "POST /assessments", tutor, **about)
    path, version = f"/assessments/{made['assessment_id']}", {"version": 1}
    await do(pair, f"PUT {path}/sharing", tutor)
    await do(pair, f"PUT {path}/comment", pair.trainee)
    for who in (tutor, planting.readers["host"], pair.trainee):
        await do(pair, f"POST {path}/signatures", who, **version)
    await do(pair, f"PUT {path}/submission", tutor)
    await do(pair, f"PUT {path}/second-opinion/request", pair.trainee, reason=own(), **version)
    opinion = {"judgements": MET, "comments": {"TS1": own()}, "summary": own()}
    await do(pair, f"PUT {path}/second-opinion", other, **opinion, **version)
    days = {"submitted_from": ON, "submitted_until": ON, "seed": 1}
    drawn = await do(pair, "POST /moderations", lead, programme_id=f"{pair.programme_id}", kind="final", **days)
    of = f"/moderations/{drawn['moderation_id']}{path}"
    await do(pair, f"PUT {of}/moderator", lead, person_id=f"{other_id}")
    await do(pair, f"PUT {of}/return", other, reason=own())


def _assignment(pair: Pair, person_id: UUID, **fields: str) -> dict[str, str]:
    days = {"starts_on": "2026-09-01", "on": "2026-09-01"}
    return {"trainee_id": f"{pair.trainee_id}", "person_id": f"{person_id}", "role": "tutor"} | days | fields


async def _assess_induction(planting: Planting, pair: Pair) -> None:
    """Begin a progress review with the form of its programme, which another assessor takes over."""
    do, own, lead, host = planting.do, planting.of_trainee, planting.ours.lead, planting.readers["host"]
    period = {"relationship_id": f"{pair.relationship_id}", "starts_on": "2026-09-01", "full_time_percent": 50}
    of = f"/trainees/{pair.trainee_id}/induction"
    await do(pair, f"POST {of}/periods", host, **period)
    absence = {"relationship_id": f"{pair.relationship_id}", "since": "2026-10-05", "until": "2026-10-09"}
    await do(pair, f"POST {of}/absences", host, kind="illness", **absence)
    first, second = uuid4(), uuid4()
    made = await do(pair, "POST /assignments", lead, **_assignment(pair, first, role="assessor"))
    await do(pair, "POST /assignments", lead, **_assignment(pair, second, role="assessor"))
    assessor, successor = (planting.platform.bearer("tutor", subject=f"{each}") for each in (first, second))

    def text() -> dict[str, Any]:
        return {"judgements": OFF_TRACK, "comments": {"TS1": own()}, "answers": {"strengths": own()}}

    about = {"relationship_id": f"{pair.relationship_id}", "kind": "ect_progress_review"}
    begun = await do(pair, "POST /assessments", assessor, **about, **text())
    path = f"/assessments/{begun['assessment_id']}"
    await do(pair, f"PUT {path}", assessor, **text())
    ended = f"PUT /trainees/{pair.trainee_id}/assignments/{made['assignment_id']}"
    await do(pair, ended, lead, starts_on="2026-09-01", ends_on=ON)
    await do(pair, f"PUT {path}/assessor", successor, on=LATER, reason=own())
    await do(pair, f"PUT {path}", successor, on=LATER, **text())


async def _support_by_others(planting: Planting, pair: Pair) -> None:
    word, do, own, host = planting.word, planting.do, planting.of_trainee, planting.readers["host"]
    help_ = {"kind": "voice", "organisation": own(), "reason": own()}
    offered = await do(pair, "POST onward-referrals", pair.mentor, **help_)
    await do(pair, f"POST /onward-referrals/{offered['onward_id']}/steps", pair.trainee, status="agreed", note=own())
    await do(pair, "POST safeguarding", host, on=None, days=3, reason=word("other"))
    circle = await a_circle(pair)
    planting.readers["circle"] = circle.other
    await meet(circle, word("mentor", "other"))
    await do(pair, "PUT /mentor-requests" + pair.path.removeprefix("/relationships"), pair.trainee, **_contact(own()))


def _contact(reason: str) -> dict[str, str]:
    return {"contact": "school_lead", "reason": reason}


async def _look_back(planting: Planting, pair: Pair) -> None:
    word, do, own, host = planting.word, planting.do, planting.of_trainee, planting.readers["host"]
    for who, answers in (
        (pair.trainee, {"worth": word("trainee"), "lighter": 7}),
        (pair.mentor, {"worth": word("mentor")}),
    ):
        made = await do(pair, "PUT reflections/in_hindsight", who, answers=answers)
        await do(pair, f"POST /reflections/{made['reflection_id']}/releases", who, to={"role": "school_lead"})
    await do(pair, "POST reviews", host, decision="continue", note=own())
    await do(pair, "POST reviews/withdrawal", host, reason=own())
    second = await a_pair(planting.platform, programme_id=pair.programme_id, school_urn=SCHOOL)
    for each in (pair, second):
        said = word("mentor", "trainee") if each is pair else "Of another pair."
        written = await do(each, "PUT summary", each.trainee, answers={"for_the_school": said}, needs=["pace"])
        await _sign(planting, each, "summary", written["draft"], each.mentor, each.trainee)
    await test_summaries.count_needs_later(pair)


async def _part(planting: Planting, pair: Pair) -> None:
    """Hand over to the next mentor, then break off."""
    do, own = planting.do, planting.of_trainee
    after = await a_pair(planting.platform, **{name: getattr(pair, name) for name in ("trainee_id", "programme_id")})
    planting.readers["next mentor"] = after.mentor
    items = await do(pair, "POST hand-over/items", pair.trainee, answers={"found_again": own()})
    for item_id in items["waiting"]:
        await do(pair, f"POST hand-over/items/{item_id}/agreement", pair.mentor)
    await do(pair, "POST hand-over", pair.trainee, to_relationship_id=f"{after.relationship_id}")
    await do(pair, "POST break-off", pair.trainee, **_contact(own()))
    await do(pair, "PUT /break-offs" + pair.path.removeprefix("/relationships"), pair.trainee, **_contact(own()))
