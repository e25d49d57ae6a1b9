"""The partnership that the permission table of sessions is asked of: its people, and one item of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.referral.domain.templates import Template
from services.referral.programmes import templates
from shared.events.matching import PairWithdrawn, SupportConfirmed
from tests.integration.sessions.later import tell_of_untouched
from tests.integration.sessions.pairs import TENANT, Headers, Pair, a_pair, a_pair_in, assign
from tests.support.services import NO_SUCH_ID, TODAY, Platform, eventually, publish_events
from tests.support.tenth_programme import programme_opened

WORDS = "kestrel"
"""Stands in every text that somebody wrote."""
HOST, EARLIER, ELSEWHERE = "900001", "900003", "900002"
ON = {"on": "2026-10-05"}
LATER = {"on": "2026-10-23"}
JUDGED = {f"TS{nth}": "on_track" for nth in range(1, 9)} | {"TS7": "not_on_track"}
TUTORS = {"to": {"role": "tutor"}, "on": "2026-10-12"}
AGAIN = {"again": "true"}
DOCUMENT = {"on": "2026-10-05", "name": f"Ann {WORDS.capitalize()} {WORDS}"}
Ids = dict[str, str]


def everything() -> Template:
    """The programme of placements, with what other programmes have besides: summaries, needs, circles and figures."""
    known = {name: template.model_dump(mode="json") for name, template in templates().items()}
    placement, peers = known["ite-placement"], known["peer-review"]
    (step,) = (each for each in peers["steps"] if each["kind"] == "summary")
    (form,) = (each for each in peers["forms"] if each["id"] == "summary")
    both = ["trainee", "mentor"]
    return Template.model_validate(
        placement
        | {
            "id": "everything",
            "steps": [*placement["steps"], step | {"by": both, "signed_by": both}],
            "forms": [*placement["forms"], form | {"read_by": [*both, "coordinator"]}],
            "confidentiality": placement["confidentiality"] | {"summary_to": ["coordinator"]},
            "needs": peers["needs"],
            "circles": known["mentor-supervision"]["circles"],
            "figures": known["pupil-mentoring"]["figures"],
        }
    )


@dataclass(frozen=True)
class Person:
    """Somebody with an id, and the headers of their requests."""

    person_id: UUID
    headers: Headers


def a_person(platform: Platform, *roles: str, person_id: UUID | None = None, **known: Any) -> Person:
    """Somebody with an id of their own and these roles."""
    person_id = person_id or uuid4()
    return Person(person_id, platform.bearer(*roles, subject=f"{person_id}", **known))


@dataclass
class Partnership:
    """A mentee with a mentor, and everybody who is something to them or nothing."""

    platform: Platform
    pair: Pair
    earlier: Pair
    """The same mentee with a former mentor, at another school, until long ago."""
    ids: dict[str | None, Ids] = field(default_factory=dict)
    """The ids of the items of the running relationship, by the case of the item; None has most of them."""
    earlier_ids: dict[str | None, Ids] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def headers(self) -> Mapping[str, Headers]:
        """The headers of everybody, by their name in the table."""
        return {name: each.headers for name, each in self.people.items()}

    def ids_for(self, name: str, case: str | None) -> Mapping[str, str]:
        """Return the ids that somebody asks for: a former mentor those of the relationship that has ended."""
        ids = self.earlier_ids if name == "former_mentor" else self.ids
        own = ids[None].get(f"{name}_item_id", f"{NO_SUCH_ID}")
        return ids[None] | {"own_item_id": own} | ids.get(case, {})


async def open_partnership(platform: Platform) -> Partnership:
    """Open the two relationships, assign tutors and assessors, and record one item of each kind."""
    programme_id = uuid4()
    opened = programme_opened(everything(), programme_id)
    await publish_events(platform, "referral", TENANT, f"programme-{programme_id}", opened)
    runs = {"ends_on": TODAY + timedelta(days=90), "mentor_reads_for_days": 90}
    pair = await a_pair(platform, programme_id=programme_id, terms=runs)
    known: dict[str, Any] = {"trainee_id": pair.trainee_id, "programme_id": programme_id}
    earlier = await a_pair(platform, school_urn=EARLIER, terms=runs | {"mentor_reads_for_days": 10}, **known)
    partnership = Partnership(platform, pair, earlier)
    await name_people(partnership)
    partnership.ids[None] = {
        "trainee_id": f"{pair.trainee_id}",
        "programme_id": f"{programme_id}",
        "co_mentor_id": f"{partnership.people['co_mentor'].person_id}",
    }
    await Recording(partnership, pair, partnership.ids).record_all()
    await record_for_trainee(partnership)
    partnership.earlier_ids |= {case: dict(ids) for case, ids in partnership.ids.items()}
    await Recording(partnership, earlier, partnership.earlier_ids).record_all()
    await end_early(earlier, date(2026, 10, 30))
    await until_nudged(partnership)
    return partnership


async def end_early(pair: Pair, last_day: date) -> None:
    """Let matching withdraw the pair, so that its last day was long ago."""
    about = pair.confirmation().model_dump(
        include={"pair_id", "programme_id", "referral_id", "trainee_id", "mentor_id"}
    )
    withdrawn = PairWithdrawn(happened_on=last_day, reason="school_left", **about)
    await publish_events(pair.platform, "matching", TENANT, f"pair-{pair.relationship_id}", withdrawn)

    async def is_over() -> bool:
        return bool((await pair.get(pair.path, pair.trainee)).json()["ends_on"] == f"{last_day}")

    await eventually(is_over)


async def name_people(partnership: Partnership) -> None:
    """Let everybody be what they are to the mentee."""
    platform, pair, earlier = partnership.platform, partnership.pair, partnership.earlier
    other = await a_pair(platform, programme_id=pair.programme_id)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    partnership.people |= {
        "mentee": Person(pair.trainee_id, pair.trainee),
        "mentor": Person(pair.mentor_id, pair.mentor),
        "co_mentor": await a_co_mentor(pair),
        "former_mentor": Person(earlier.mentor_id, earlier.mentor),
        "other_mentee": Person(other.trainee_id, other.trainee),
        "other_mentor": Person(other.mentor_id, other.mentor),
        "host_lead": a_person(platform, "school_lead", schools=(HOST,)),
        "safeguarding_lead": a_person(platform, "school_lead", schools=(HOST,)),
        "earlier_lead": a_person(platform, "school_lead", schools=(EARLIER,)),
        "other_lead": a_person(platform, "school_lead", schools=(ELSEWHERE,)),
        "tutor": await an_assigned_person(pair, "tutor"),
        "other_tutor": a_person(platform, "tutor"),
        "assessor": await an_assigned_person(pair, "assessor"),
        "former_assessor": await an_assigned_person(pair, "assessor", ends_on=f"{yesterday}"),
        "partnership_lead": a_person(platform, "partnership_lead"),
        "operator": a_person(platform, "operator"),
        "other_partnership": a_person(platform, "partnership_lead", tenant="south-star"),
    }


async def a_co_mentor(pair: Pair) -> Person:
    """Somebody who supports the mentee in another facet, in a relationship of their own."""
    support_id, mentor_id = uuid4(), uuid4()
    confirmed = SupportConfirmed(
        happened_on=date(2026, 9, 1),
        support_id=support_id,
        programme_id=pair.programme_id,
        mentee_id=pair.trainee_id,
        mentor_id=mentor_id,
        role="supporting",
        facet="behaviour",
        school_urn=pair.school_urn,
        starts_on=date(2026, 9, 14),
        ends_on=TODAY + timedelta(days=90),
        hours_per_week=0.5,
        meetings_per_week=0,
        targets_per_meeting=3,
        assessor_is_not_mentor=True,
    )
    await publish_events(pair.platform, "matching", TENANT, f"support-{support_id}", confirmed)
    mentor = a_person(pair.platform, "mentor", person_id=mentor_id, schools=(pair.school_urn,))

    async def is_open() -> bool:
        return (await pair.get(f"/relationships/{support_id}", mentor.headers)).status_code == 200

    await eventually(is_open)
    return mentor


async def an_assigned_person(pair: Pair, role: str, **days: Any) -> Person:
    """Somebody who is assigned to the mentee as a tutor or an assessor."""
    assigned = a_person(pair.platform, role)
    answer = await assign(pair, assigned.person_id, role=role, **days)
    assert answer.status_code == 201, answer.text
    return assigned


@dataclass
class Recording:
    """Records one item of each kind in a relationship, and keeps their ids."""

    partnership: Partnership
    pair: Pair
    kept: dict[str | None, Ids]

    @property
    def tutor(self) -> Headers:
        return self.partnership.people["tutor"].headers

    @property
    def partnership_lead(self) -> Headers:
        return self.partnership.people["partnership_lead"].headers

    @property
    def host_lead(self) -> Headers:
        return a_person(self.pair.platform, "school_lead", schools=(self.pair.school_urn,)).headers

    async def send(self, route: str, who: Headers, body: Any = None, **more: Any) -> Any:
        """Send a request that must succeed, and return its answer."""
        method, path = route.split()
        path = path.replace("~", self.pair.path)
        client = self.pair.platform["sessions"]
        waits = self.pair.platform.after_own_commands("sessions") if method == "GET" else {}
        answer = await client.request(method, path, json=body, headers=who | waits | more.pop("headers", {}), **more)
        assert answer.is_success, f"{route}: {answer.status_code} {answer.text}"
        return answer.json()

    def keep(self, case: str | None = None, **ids: str) -> None:
        """Keep the ids of items, of those of a case apart."""
        self.kept.setdefault(case, {}).update(ids)

    async def record_all(self) -> None:
        """Record what the two do with one another, then what others do with them."""
        self.keep(relationship_id=f"{self.pair.relationship_id}", nudge_id=f"{NO_SUCH_ID}")
        await self.agree()
        await self.meet()
        await self.plan_meetings()
        await self.set_targets()
        await self.keep_journal()
        await self.observe()
        await self.give_feedback()
        await self.measure()
        await self.log_days()
        await self.bring_figures()
        await self.look_back()
        await self.hand_over()
        await self.summarise()
        await self.refer_on()
        await self.review()
        await self.open_record()
        await self.assess()
        await self.ask_for_mentor()

    async def agree(self) -> None:
        """Write and sign the agreement, and answer the survey."""
        answers = {"expectations": WORDS, "confidentiality": WORDS}
        made = await self.send("PUT ~/agreement", self.pair.mentor, ON | {"answers": answers})
        survey = (await self.send("GET ~/survey", self.pair.trainee))["survey"]
        given = ON | {"answers": {each["id"]: 3 for each in survey["statements"]}}
        for who in (self.pair.mentor, self.pair.trainee):
            await self.send("POST ~/agreement/signatures", who, ON | {"draft": made["draft"]})
            await self.send("PUT ~/survey/answers", who, given)

    async def meet(self) -> None:
        """Hold a meeting, with a note of the mentor's own, and miss two."""
        held = {"status": "held", "minutes": 40, "discussed": WORDS}
        meeting = await self.send("POST ~/meetings", self.pair.mentor, ON | held)
        self.keep(meeting_id=meeting["meeting_id"])
        await self.send(f"PUT /meetings/{meeting['meeting_id']}/note", self.pair.mentor, ON | {"note": WORDS})
        for on in ("2026-10-12", "2026-10-19"):
            missed = {"status": "missed", "on": on, "reason": "cover"}
            await self.send("POST ~/meetings", self.pair.mentor, missed)

    async def plan_meetings(self) -> None:
        """Choose a weekday, and put something on the agenda of the last meeting that is planned."""
        rhythm = ON | {"weekdays": ["monday"], "starts_on": "2026-10-05"}
        await self.send("PUT ~/series", self.pair.mentor, rhythm)
        planned: list[Any] = []

        async def is_planned() -> bool:
            planned[:] = (await self.send("GET ~/series", self.pair.trainee))["meetings"]
            return len(planned) >= 2

        await eventually(is_planned)
        planned_id = planned[-1]["planned_id"]
        item = LATER | {"text": WORDS}
        added = await self.send(f"POST ~/series/{planned_id}/agenda", self.pair.trainee, item)
        self.keep(planned_id=planned_id, agenda_item_id=added["agenda"][0])

    async def set_targets(self) -> None:
        """Set a target that is shared with tutors and one that is shared with nobody, and leave both untouched."""
        target = ON | {"text": WORDS, "due_on": "2026-10-19"}
        shared = (await self.send("POST ~/targets", self.pair.trainee, target))["target_id"]
        own = (await self.send("POST ~/targets", self.pair.trainee, target | {"text": f"Own {WORDS}."}))["target_id"]
        share = {"to": {"role": "tutor"}, "on": "2026-10-12"}
        await self.send(f"POST /targets/{shared}/shares", self.pair.trainee, share)
        self.keep(target_id=shared)
        self.keep("withheld", target_id=own)
        for case, target_id in ((None, shared), ("withheld", own)):
            noted = await self.send(f"POST /targets/{target_id}/progress", self.pair.trainee, ON | {"note": WORDS})
            self.keep(case, note_id=noted["note_id"])
        if self.pair is self.partnership.pair:  # the earlier one will be over
            await tell_of_untouched(self.pair, self.pair.mentor, shared, own, days=30)

    async def keep_journal(self) -> None:
        """Write an entry that is released to tutors, with a file, and one that is released to nobody."""
        for case in (None, "withheld"):
            entry = {"on": "2026-10-05", "text": f"{WORDS} {case}"}
            entry_id = (await self.send("POST /journal", self.pair.trainee, entry, params=AGAIN))["entry_id"]
            about = {"entry_id": entry_id, "name": "a.pdf", "on": "2026-10-05"}
            file = await self.send("POST /journal/files", self.pair.trainee, params=about, content=pdf(case))
            self.keep(case, entry_id=entry_id, file_id=file["file_id"])
        await self.send(f"POST /journal/{self.kept[None]['entry_id']}/releases", self.pair.trainee, TUTORS)

    async def observe(self) -> None:
        """Hold an observation that is released to tutors, and one that is released to nobody."""
        for case, day in ((None, "2026-10-06"), ("withheld", "2026-10-07")):
            planned = ON | {"planned_on": day}
            observation_id = (await self.send("POST ~/observations", self.pair.trainee, planned))["observation_id"]
            of, on = f"/observations/{observation_id}", {"on": day}
            await self.send(f"PUT {of}/acceptance", self.pair.mentor, ON)
            await self.send(f"PUT {of}/held", self.pair.mentor, on | {"development_need": False})
            await self.send(f"PUT {of}/answers", self.pair.mentor, on | {"answers": {"strengths": WORDS}})
            await self.send(f"PUT {of}/feedback", self.pair.trainee, on)
            self.keep(case, observation_id=observation_id)
        released = self.kept[None]["observation_id"]
        await self.send(f"POST /observations/{released}/releases", self.pair.trainee, TUTORS)

    async def give_feedback(self) -> None:
        """Give feedback that its owner releases to tutors, and some that its owner releases to nobody."""
        for case in (None, "withheld"):
            text = ON | {"text": f"{WORDS} {case}", "areas": ["pedagogy"]}
            self.keep(case, feedback_id=(await self.send("POST ~/feedback", self.pair.mentor, text))["feedback_id"])
        await self.send(f"POST /feedback/{self.kept[None]['feedback_id']}/releases", self.pair.trainee, TUTORS)

    async def measure(self) -> None:
        """Answer the instrument, and release that to tutors."""
        (listed,) = await self.send("GET ~/measures", self.pair.trainee)
        answers = {question["id"]: 5 for question in listed["yours"]}
        taken = ON | {"answers": answers, "instrument": listed["instrument"]["id"]}
        made = await self.send("POST ~/measures", self.pair.trainee, taken)
        self.keep(series_id=made["series_id"], measure_id=made["measure_id"])
        of = f"/measures/{made['series_id']}/{made['measure_id']}"
        await self.send(f"POST {of}/releases", self.pair.trainee, TUTORS)

    async def log_days(self) -> None:
        """Log days in the placement, of which the school confirms one."""
        weekday = "2026-10-05" if self.pair is self.partnership.pair else "2026-10-06"
        logged = {"days": [{"on": weekday}, {"on": "2026-10-13" if weekday.endswith("6") else "2026-10-12"}]}
        await self.send("POST ~/days/log", self.pair.trainee, logged)
        line = {"days": [{"relationship_id": f"{self.pair.relationship_id}", "on": weekday}]}
        await self.send("POST /days/confirmation", self.host_lead, line)

    async def bring_figures(self) -> None:
        """Bring in a figure of the mentee."""
        file = f"mentee_id,measure,value,day,source\n{self.pair.trainee_id},attendance,3,2026-10-05,{WORDS}"
        csv = {"Content-Type": "text/csv"}
        await self.send("POST /figures", self.host_lead, content=file.encode(), headers=csv)

    async def look_back(self) -> None:
        """Fill in the form in which the mentee looks back, and release that to tutors."""
        answers = {"answers": {"helped": WORDS, "again": "yes"}}
        made = await self.send("PUT ~/reflections/evaluation", self.pair.trainee, ON | answers)
        self.keep(reflection_id=made["reflection_id"])
        await self.send(f"POST /reflections/{made['reflection_id']}/releases", self.pair.trainee, TUTORS)

    async def hand_over(self) -> None:
        """Propose items for the next mentor, one for whoever can take it back, of which the two agree on one."""
        targets = [self.kept[case]["target_id"] for case in (None, "withheld")]
        proposal = ON | {"answers": {"strengths": WORDS, "next_steps": WORDS}, "target_ids": targets}
        proposed = await self.send("POST ~/hand-over/items", self.pair.trainee, proposal)
        agreed, mentees, mentors, _ = proposed["waiting"]
        await self.send(f"POST ~/hand-over/items/{agreed}/agreement", self.pair.mentor, ON)
        self.keep(hand_over_item_id=agreed, mentee_item_id=mentees)
        self.keep(mentor_item_id=mentors, former_mentor_item_id=mentors)

    async def summarise(self) -> None:
        """Write and sign the summary that goes to the coordinator."""
        written = ON | {"answers": {"need": WORDS, "strength": WORDS}, "needs": ["questioning"]}
        draft = (await self.send("PUT ~/summary", self.pair.trainee, written))["draft"]
        for who in (self.pair.trainee, self.pair.mentor):
            await self.send("POST ~/summary/signatures", who, ON | {"draft": draft})

    async def refer_on(self) -> None:
        """Offer the mentee help by others."""
        offer = ON | {"kind": "wellbeing_team", "reason": WORDS}
        made = await self.send("POST ~/onward-referrals", self.pair.mentor, offer)
        self.keep(onward_id=made["onward_id"])

    async def review(self) -> None:
        """Review the relationship, with a note for the mentee."""
        decided = LATER | {"decision": "continue", "note": WORDS}
        await self.send("POST ~/reviews", self.partnership_lead, decided)

    async def open_record(self) -> None:
        """Let a lead of the school open the items of the mentee to keep them safe."""
        opens = self.pair is self.partnership.pair
        lead = self.partnership.people["safeguarding_lead"].headers if opens else self.host_lead
        opened = await self.send("POST ~/safeguarding", lead, {"days": 7, "reason": WORDS})
        self.keep(grant_id=opened["grant_id"])

    async def assess(self) -> None:
        """Submit an assessment, with an appeal, a request for a second opinion and a support plan; begin another."""
        of = {"relationship_id": f"{self.pair.relationship_id}", "comments": {"TS7": WORDS}}
        new = LATER | of | {"judgements": JUDGED, "answers": {"comment": WORDS}}
        draft = await self.send("POST /assessments", self.tutor, new | {"kind": "interim"})
        made = await self.send("POST /assessments", self.tutor, new | {"kind": "end_of_placement"})
        self.keep(assessment_id=made["assessment_id"])
        self.keep("draft", assessment_id=draft["assessment_id"])
        path, version = f"/assessments/{made['assessment_id']}", LATER | {"version": 1}
        raised = await self.send(f"GET {path}/unexpected", self.tutor)
        reasons = dict.fromkeys(raised["unexpected"], WORDS)
        await self.send(f"PUT {path}/sharing", self.tutor, LATER | {"reasons": reasons})
        await self.send(f"PUT {path}/comment", self.pair.trainee, LATER | {"comment": WORDS})
        for who in (self.tutor, self.host_lead, self.pair.trainee):
            await self.send(f"POST {path}/signatures", who, version)
        await self.send(f"PUT {path}/submission", self.tutor, LATER)
        await self.send(f"PUT {path}/appeal", self.pair.trainee, version | {"reason": WORDS})
        await self.send(f"PUT {path}/second-opinion/request", self.pair.trainee, version | {"reason": WORDS})
        goal = {"goal": WORDS, "help": WORDS, "standards": ["TS7"]}
        await self.send(f"PUT {path}/support-plan", self.tutor, LATER | {"goals": [goal], "review_on": ["2026-11-13"]})
        await self.send(f"PUT {path}/support-plan/sharing", self.tutor, LATER)

    async def ask_for_mentor(self) -> None:
        """Ask for another mentor, with the tutor as the safe contact."""
        asked = LATER | {"contact": "tutor", "reason": WORDS}
        await self.send(f"PUT /mentor-requests/{self.pair.relationship_id}", self.pair.trainee, asked)


async def record_for_trainee(partnership: Partnership) -> None:
    """Record what does not belong to one of the mentee's relationships alone, and what ends one."""
    recording = Recording(partnership, partnership.pair, partnership.ids)
    await draw_sample(recording)
    await convene(recording)
    await recognise(recording)
    await induct(recording)
    await break_off(recording)
    trainee_id = partnership.pair.trainee_id
    listed = await recording.send(f"GET /trainees/{trainee_id}/assignments", partnership.pair.trainee)
    tutors = [each["assignment_id"] for each in listed["assignments"] if each["role"] == "tutor"]
    recording.keep(assignment_id=tutors[0])
    await read_as_tutor(recording)


async def read_as_tutor(recording: Recording) -> None:
    """Let the tutor read what is released to tutors, and wait until the mentee sees that."""
    ids, mentee = recording.kept[None], recording.pair.trainee
    for path in (f"/journal/{ids['entry_id']}", f"/reflections/{ids['reflection_id']}"):
        await recording.send(f"GET {path}", recording.tutor)

    async def are_logged() -> bool:
        paths = ("/journal/reads", "/reflections/reads")
        return all([await recording.send(f"GET {path}", mentee) for path in paths])

    await eventually(are_logged)


async def draw_sample(recording: Recording) -> None:
    """Draw a sample of assessments, and name the assessor as moderator of the one in it."""
    lead, ids = recording.partnership_lead, recording.kept[None]
    days = {"submitted_from": LATER["on"], "submitted_until": LATER["on"], "seed": 1}
    of = {"programme_id": ids["programme_id"], "kind": "end_of_placement"}
    drawn = await recording.send("POST /moderations", lead, LATER | days | of)
    recording.keep(moderation_id=drawn["moderation_id"])
    moderator = LATER | {"person_id": f"{recording.partnership.people['assessor'].person_id}"}
    path = f"/moderations/{drawn['moderation_id']}/assessments/{ids['assessment_id']}/moderator"
    await recording.send(f"PUT {path}", lead, moderator)


async def convene(recording: Recording) -> None:
    """Let the mentor convene a circle, which the co-mentor joins and the other mentor is invited to."""
    mentor, people = recording.pair.mentor, recording.partnership.people
    new = ON | {"programme_id": f"{recording.pair.programme_id}"}
    circle_id = (await recording.send("POST /circles", mentor, new))["circle_id"]
    of, joining = f"/circles/{circle_id}", people["co_mentor"]
    for name in ("co_mentor", "other_mentor"):
        await recording.send(f"PUT {of}/invitations", mentor, ON | {"person_id": f"{people[name].person_id}"})
    await recording.send(f"PUT {of}/answer", joining.headers, ON | {"joins": True})
    met = ON | {"minutes": 60, "attended": [f"{joining.person_id}"], "note": WORDS}
    await recording.send(f"PUT {of}/meetings", mentor, met)
    (meeting,) = (await recording.send(f"GET {of}", mentor))["meetings"]
    recording.keep(circle_id=circle_id, circle_meeting_id=meeting["meeting_id"])


async def recognise(recording: Recording) -> None:
    """Let the mentor get a document of what they have done, and keep what they have typed into a form."""
    mentor, draft_id = recording.pair.mentor, f"{uuid4()}"
    made = await recording.send("POST /recognitions", mentor, DOCUMENT)
    document = await recording.send(f"GET /recognitions/{made['recognition_id']}", mentor)
    recording.keep(recognition_id=made["recognition_id"], code=document["code"], partnership=TENANT)
    form = {"method": "POST", "path": f"{recording.pair.path}/meetings", "body": {"discussed": WORDS}}
    await recording.send(f"PUT /drafts/{draft_id}", mentor, form)
    recording.keep(draft_id=draft_id)


async def induct(recording: Recording) -> None:
    """Record a period of the mentee's induction with the same mentor, in its own programme, and an absence in it."""
    pair = recording.pair
    known: dict[str, Any] = {"trainee_id": pair.trainee_id, "mentor_id": pair.mentor_id}
    teacher = await a_pair_in(templates()["ect-induction"], pair.platform, **known)
    of = LATER | {"relationship_id": f"{teacher.relationship_id}"}
    path, lead = f"/trainees/{pair.trainee_id}/induction", recording.host_lead
    period = await recording.send(f"POST {path}/periods", lead, of | {"starts_on": "2026-09-01"})
    days = {"kind": "illness", "since": "2026-10-08", "until": "2026-10-09"}
    absence = await recording.send(f"POST {path}/absences", lead, of | days)
    recording.keep(period_id=period["period_id"], absence_id=absence["absence_id"])
    recording.keep(induction_relationship_id=f"{teacher.relationship_id}")


async def break_off(recording: Recording) -> None:
    """Let the mentee break off another relationship with the same mentor, with the tutor as the safe contact."""
    pair = recording.pair
    known: dict[str, Any] = {"trainee_id": pair.trainee_id, "mentor_id": pair.mentor_id}
    other = await a_pair(pair.platform, programme_id=pair.programme_id, **known)
    why = LATER | {"contact": "tutor", "reason": WORDS}
    await recording.send(f"POST {other.path}/break-off", pair.trainee, why)
    recording.keep("broken off", relationship_id=f"{other.relationship_id}")


async def until_nudged(partnership: Partnership) -> None:
    """Wait until the two are told that they missed two meetings in a row, and keep the id of the nudge."""
    recording = Recording(partnership, partnership.pair, partnership.ids)

    async def is_nudged() -> bool:
        listed = await recording.send("GET /nudges", partnership.pair.trainee)
        own = [each for each in listed if each["relationship_id"] == f"{partnership.pair.relationship_id}"]
        for each in own:
            recording.keep(nudge_id=each["nudge_id"])
        return bool(own)

    await eventually(is_nudged)


def pdf(name: object) -> bytes:
    """A file whose content nobody has sent before."""
    return f"%PDF-1.7 {WORDS} {name}".encode()
