"""What is sent to each route of sessions when its permission table is compared with the running service.

Whoever may send a command gets past the policy and changes nothing: it is refused for its day (`BEFORE` everything
began), repeats what is there already, or is meant for an outdated version.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from tests.integration.sessions.permission_people import DOCUMENT, JUDGED, LATER, ON, WORDS, pdf
from tests.support.permissions import Sending

BEFORE = {"on": "2026-09-01"}
VERSION = LATER | {"version": 1}
TO_TUTORS = {"to": {"role": "tutor"}}
LAST_DAY = "2027-12-31"
ON_ONE_PAGE = {"limit": "1000"}
AGAIN = {"again": "true"}
Ids = Mapping[str, str]


def sendings(ids: Ids) -> dict[str, Sending]:
    """Return what is sent to each row of the table, given the ids of the items that are asked for."""
    return {
        **assessments(ids, ""),
        **assessments(ids, " (draft)"),
        **support_plans(""),
        **support_plans(" (draft)"),
        **moderations(ids),
        **assignments(ids),
        **contacts(),
        **circles(ids),
        **days(ids),
        **inductions(ids),
        **items(ids, ""),
        **items(ids, " (withheld)"),
        **journal(ids),
        **own_record(),
        **relationships(ids),
        **agreements(),
        **meetings(),
        **series(ids),
        **targets(""),
        **targets(" (withheld)"),
        **feedback_and_measures(ids),
        **figures(ids),
        **hand_overs(ids),
        **summaries(),
        **onward_referrals(),
        **reviews(),
        **safeguarding(),
        **recognitions(),
        **drafts(ids),
    }


def assessments(ids: Ids, case: str) -> dict[str, Sending]:
    """Assessments, appeals and second opinions, of one that was submitted or of a draft."""
    of = "/assessments/{assessment_id}"
    text = LATER | {"judgements": JUDGED}
    opinion = VERSION | {"judgements": JUDGED, "summary": "I see it otherwise."}
    reason = {"reason": "Look again."}
    found = {
        f"GET {of}": Sending(),
        f"PUT {of}": Sending(BEFORE | {"judgements": JUDGED}),
        f"PUT {of}/acknowledgement": Sending(BEFORE),
        f"GET {of}/appeal": Sending(),
        f"PUT {of}/appeal": Sending(VERSION | reason, outdated=True),
        f"PUT {of}/appeal/decision": Sending(VERSION | reason | BEFORE | {"outcome": "dismissed"}),
        f"PUT {of}/appeal/reversal": Sending(VERSION | reason | BEFORE),
        f"PUT {of}/appeal/withdrawal": Sending(VERSION | BEFORE, outdated=True),
        f"PUT {of}/assessor": Sending(BEFORE | reason),
        f"PUT {of}/comment": Sending(BEFORE | {"comment": "I agree."}),
        f"POST {of}/corrections": Sending(text | reason | BEFORE, outdated=True),
        f"PUT {of}/return": Sending(BEFORE | reason, outdated=True),
        f"GET {of}/second-opinion": Sending(),
        f"PUT {of}/second-opinion": Sending(opinion),
        f"PUT {of}/second-opinion/request": Sending(VERSION | reason),
        f"PUT {of}/second-opinion/withdrawal": Sending(VERSION | BEFORE),
        f"PUT {of}/sharing": Sending(BEFORE, outdated=True),
        f"POST {of}/signatures": Sending(VERSION | BEFORE),
        f"PUT {of}/submission": Sending(BEFORE, outdated=True),
        f"GET {of}/unexpected": Sending(),
        "GET /assessments": Sending(params={"trainee_id": ids["trainee_id"]}, shows="assessment_id"),
    }
    if not case:
        new = {"relationship_id": ids["relationship_id"], "kind": "interim", "judgements": JUDGED}
        due = ON_ONE_PAGE | {"until": LAST_DAY}
        found |= {
            "POST /assessments": Sending(BEFORE | new),
            "GET /assessments/due": Sending(params=due, shows="relationship_id"),
            "GET /relationships/{relationship_id}/assessments/due": Sending(),
        }
    return {f"{route}{case}": sending for route, sending in found.items()}


def support_plans(case: str) -> dict[str, Sending]:
    """The support plan of an assessment, which is shared; a draft has none yet."""
    of = "/assessments/{assessment_id}/support-plan"
    goal = {"goal": "Calm starts.", "help": "Ms Fox.", "standards": ["TS7"]}
    review = BEFORE | {"review_on": "2026-11-13", "progress": "going_well", "text": "Calm."}
    closing = BEFORE | {"outcome": "achieved", "text": "Calm."}
    found = {
        f"GET {of}": Sending(),
        f"PUT {of}": Sending(BEFORE | {"goals": [goal], "review_on": ["2026-11-13"]}, outdated=True),
        f"PUT {of}/acknowledgement": Sending(BEFORE),
        f"PUT {of}/closing": Sending(closing, outdated=True),
        f"PUT {of}/reopening": Sending(BEFORE | {"text": "A slip."}),
        f"PUT {of}/review": Sending(review, outdated=True),
        f"PUT {of}/sharing": Sending(BEFORE),
    }
    return {f"{route}{case}": sending for route, sending in found.items()}


def moderations(ids: Ids) -> dict[str, Sending]:
    """Samples of assessments, of which the assessor moderates one."""
    of = "/moderations/{moderation_id}"
    days = {"submitted_from": "2026-09-02", "submitted_until": "2026-09-02", "seed": 1}
    sample = {"programme_id": ids["programme_id"], "kind": "end_of_placement"} | days
    return {
        "GET /moderations": Sending(shows="moderation_id"),
        "POST /moderations": Sending(LATER | sample),
        f"GET {of}": Sending(),
        f"PUT {of}/discarding": Sending(LATER, outdated=True),
        f"PUT {of}/assessments/{{assessment_id}}/agreement": Sending(LATER, outdated=True),
        f"PUT {of}/assessments/{{assessment_id}}/moderator": Sending(
            LATER | {"person_id": ids["trainee_id"]}, outdated=True
        ),
        f"PUT {of}/assessments/{{assessment_id}}/return": Sending(LATER | {"reason": "Look again."}, outdated=True),
    }


def assignments(ids: Ids) -> dict[str, Sending]:
    """Who assigns tutors and assessors: nobody can be assigned to themselves, which only the domain refuses."""
    own = {"trainee_id": ids["trainee_id"], "person_id": ids["trainee_id"], "starts_on": "2026-09-01"}
    return {
        "GET /assignments": Sending(shows="trainee_id"),
        "POST /assignments": Sending(BEFORE | own | {"role": "assessor"}),
        "POST /assignments (tutor)": Sending(BEFORE | own | {"role": "tutor"}),
        "GET /trainees/{trainee_id}/assignments": Sending(shows="assignment_id"),
        "PUT /trainees/{trainee_id}/assignments/{assignment_id}": Sending(
            BEFORE | {"starts_on": "2026-09-01"}, outdated=True
        ),
    }


def contacts() -> dict[str, Sending]:
    """What a mentee tells the tutor as their safe contact."""
    asked = LATER | {"contact": "tutor", "reason": WORDS}
    return {
        "GET /relationships/{relationship_id} (broken off)": Sending(),
        "GET /break-offs (broken off)": Sending(shows="relationship_id"),
        "GET /break-offs/{relationship_id} (broken off)": Sending(),
        "PUT /break-offs/{relationship_id} (broken off)": Sending(asked),
        "GET /break-offs/{relationship_id}": Sending(),
        "PUT /break-offs/{relationship_id}": Sending(asked),
        "POST /relationships/{relationship_id}/break-off": Sending(LATER, outdated=True),
        "GET /mentor-requests": Sending(shows="relationship_id"),
        "GET /mentor-requests/{relationship_id}": Sending(),
        "PUT /mentor-requests/{relationship_id}": Sending(asked),
        "PUT /mentor-requests/{relationship_id}/withdrawal": Sending(BEFORE),
    }


def circles(ids: Ids) -> dict[str, Sending]:
    """A circle that the mentor convenes, that the co-mentor is in and the other mentor is invited to."""
    of = "/circles/{circle_id}"
    at = {"meeting_id": ids["circle_meeting_id"]}
    return {
        "GET /circles": Sending(shows="circle_id"),
        "POST /circles": Sending(LATER | {"programme_id": ids["programme_id"]}, params=AGAIN),
        f"GET {of}": Sending(),
        f"PUT {of}/answer": Sending(LATER | {"joins": True}),
        f"PUT {of}/closure": Sending(LATER),
        f"PUT {of}/departures": Sending(LATER | {"person_id": ids["trainee_id"]}),
        f"PUT {of}/invitations": Sending(LATER | {"person_id": ids["co_mentor_id"]}),
        f"PUT {of}/meetings": Sending(ON | {"minutes": 60, "attended": [ids["co_mentor_id"]]}),
        f"DELETE {of}/meetings/{{meeting_id}}": Sending(params=LATER, ids=at),
        f"PUT {of}/reopening": Sending(LATER),
    }


REFUSALS = {
    "There is no such relationship.": 404,
    "Days are accepted by": 403,
    "Days are confirmed by": 403,
    "The school returns what": 403,
}
"""How the sentences begin with which a step with days is refused to somebody, with the status that means."""


def days(ids: Ids) -> dict[str, Sending]:
    """Days of a placement, of which each step is refused for a day that nobody planned or logged."""
    of, none = "/relationships/{relationship_id}/days", {"days": [BEFORE]}
    line = {"days": [BEFORE | {"relationship_id": ids["relationship_id"]}]}
    back = line | {"state": "confirmed", "reason": "by_mistake"}
    return {
        "GET /days": Sending(params={"state": "confirmed"}, shows="relationship_id"),
        "POST /days/acceptance": Sending(line, status=status_of_line),
        "POST /days/confirmation": Sending(line, status=status_of_line),
        "POST /days/return": Sending(back, status=status_of_line),
        f"GET {of}": Sending(),
        f"POST {of}/log": Sending(none),
        f"POST {of}/plan": Sending(none),
        f"POST {of}/removal": Sending(none),
        f"GET {of}/steps": Sending(),
        "GET /relationships/{relationship_id}/mentor-time": Sending(),
    }


def status_of_line(answer: httpx.Response) -> int:
    """Return the status that the only line of a request would have had alone: its refusal is a sentence."""
    if answer.status_code != 200:
        return answer.status_code
    (refused,) = answer.json()["refused"]
    return next((status for detail, status in REFUSALS.items() if refused["detail"].startswith(detail)), 409)


def inductions(ids: Ids) -> dict[str, Sending]:
    """The induction of the mentee, which the coordinator and the provider record."""
    of = "/trainees/{trainee_id}/induction"
    period = LATER | {"starts_on": "2026-09-01"}
    absence = LATER | {"kind": "illness", "since": "2026-10-08", "until": "2026-10-09"}
    named = {"relationship_id": ids["induction_relationship_id"]}
    return {
        f"GET {of}": Sending(),
        f"POST {of}/periods": Sending(period | named, outdated=True),
        f"PUT {of}/periods/{{period_id}}": Sending(period, outdated=True),
        f"POST {of}/absences": Sending(absence | named, outdated=True),
        f"PUT {of}/absences/{{absence_id}}": Sending(absence, outdated=True),
    }


def items(ids: Ids, case: str) -> dict[str, Sending]:
    """Items that belong to the mentee, released to tutors or withheld."""
    found = {
        "GET /journal": Sending(params={"owner_id": ids["trainee_id"]}, shows="entry_id"),
        "GET /journal/{entry_id}": Sending(),
        "PUT /journal/{entry_id}": Sending(ON | {"text": "Another text."}, outdated=True),
        "DELETE /journal/{entry_id}": Sending(params=ON, outdated=True),
        "GET /journal/{entry_id}/files/{file_id}": Sending(),
        "DELETE /journal/{entry_id}/files/{file_id}": Sending(params=ON, outdated=True),
        "GET /relationships/{relationship_id}/feedback": Sending(shows="feedback_id"),
        "GET /feedback/{feedback_id}": Sending(),
        "PUT /feedback/{feedback_id}": Sending({"text": "Another.", "amended_on": "2026-09-01"}),
        "PUT /feedback/{feedback_id}/acknowledgement": Sending(BEFORE),
        "GET /observations/{observation_id}": Sending(),
        "GET /observations/{observation_id}/reads": Sending(),
        "PUT /observations/{observation_id}/acceptance": Sending(BEFORE),
        "PUT /observations/{observation_id}/answers": Sending(BEFORE | {"answers": {"strengths": "Other."}}),
        "PUT /observations/{observation_id}/cancellation": Sending(BEFORE),
        "PUT /observations/{observation_id}/day": Sending(BEFORE | {"planned_on": "2026-10-06"}),
        "PUT /observations/{observation_id}/feedback": Sending(BEFORE),
        "PUT /observations/{observation_id}/held": Sending(BEFORE | {"development_need": False}),
    }
    for item in ("journal/{entry_id}", "feedback/{feedback_id}", "observations/{observation_id}"):
        for step in ("releases", "revocations"):
            found[f"POST /{item}/{step}"] = Sending(to_owner(ids))
    return {f"{route}{case}": sending for route, sending in found.items()}


def to_owner(ids: Ids) -> dict[str, Any]:
    """A release to the owner, who needs none: the domain refuses it to whoever may release the item."""
    return ON | {"to": {"person_id": ids["trainee_id"]}}


def journal(ids: Ids) -> dict[str, Sending]:
    """What has to do with a journal as a whole: entries of nobody, and files of an entry that is there."""
    about = {"entry_id": ids["entry_id"], "name": "a.pdf"} | ON
    return {
        "POST /journal": Sending(LATER | {"text": "What I saw."}, params=AGAIN),
        "POST /journal/files": Sending(params=about, content=pdf("another file")),
        "GET /journal/reads": Sending(shows="entry_id"),
    }


def own_record() -> dict[str, Sending]:
    """What is somebody's own, and who has read it."""
    return {
        "GET /record": Sending(shows="entry_id"),
        "GET /record/openings": Sending(shows="grant_id"),
        "GET /record/parts": Sending(shows="relationship_id"),
        "GET /record/reads": Sending(shows="entry_id"),
        "GET /mentors": Sending(shows="relationship_id"),
        "GET /nudges": Sending(shows="relationship_id"),
        "GET /reflections/reads": Sending(shows="reflection_id"),
    }


def relationships(ids: Ids) -> dict[str, Sending]:
    """The relationship itself, asked for on the page that begins with it."""
    of = "/relationships/{relationship_id}"
    before = UUID(int=UUID(ids["relationship_id"]).int - 1)
    return {
        "GET /relationships": Sending(params={"after": f"{before}"}, shows="relationship_id"),
        f"GET {of}": Sending(),
        f"GET {of}/practice": Sending(),
        f"GET {of}/story": Sending(params={"limit": "500"}),
        f"POST {of}/pause": Sending(LATER, outdated=True),
        f"POST {of}/resumption": Sending(LATER, outdated=True),
        f"POST {of}/ending": Sending(LATER | {"last_day": "2026-12-01"}, outdated=True),
        f"POST {of}/ending/withdrawal": Sending(LATER, outdated=True),
        f"PUT {of}/nudges/{{nudge_id}}/talk": Sending(BEFORE),
        f"PUT {of}/nudges/{{nudge_id}}/no-talk": Sending(BEFORE),
    }


def agreements() -> dict[str, Sending]:
    """The agreement and the survey of views."""
    of = "/relationships/{relationship_id}"
    return {
        f"GET {of}/agreement": Sending(),
        f"PUT {of}/agreement": Sending(LATER | {"answers": {"expectations": "Others."}}, outdated=True),
        f"POST {of}/agreement/signatures": Sending(LATER | {"draft": 99}),
        f"GET {of}/survey": Sending(),
        f"PUT {of}/survey/answers": Sending(LATER | {"answers": {"no such statement": 3}}),
    }


def meetings() -> dict[str, Sending]:
    """Meetings that were held or missed, with the mentor's own note."""
    of = "/meetings/{meeting_id}"
    held = {"status": "held", "minutes": 40}
    return {
        "POST /relationships/{relationship_id}/meetings": Sending(BEFORE | held),
        f"GET {of}": Sending(),
        f"PUT {of}": Sending(held | {"amended_on": "2026-09-01"}),
        f"PUT {of}/acknowledgement": Sending(BEFORE),
        f"GET {of}/note": Sending(),
        f"PUT {of}/note": Sending(BEFORE | {"note": "Mine."}),
        f"GET {of}/versions": Sending(),
    }


def series(ids: Ids) -> dict[str, Sending]:
    """Planned meetings and their agenda."""
    of = "/relationships/{relationship_id}/series"
    planned = f"{of}/{{planned_id}}"
    cover, item = BEFORE | {"reason": "cover"}, {"item_id": ids["agenda_item_id"]}
    return {
        f"GET {of}": Sending(),
        f"PUT {of}": Sending(ON | {"weekdays": ["friday"], "starts_on": "2026-10-05"}, outdated=True),
        f"POST {planned}/agenda": Sending(LATER | {"text": "Other."}, outdated=True),
        f"DELETE {planned}/agenda/{{item_id}}": Sending(params=BEFORE, ids=item),
        f"PUT {planned}/cancellation": Sending(cover, outdated=True),
        f"PUT {planned}/day": Sending(cover | {"to": "2026-12-03"}, outdated=True),
    }


def targets(case: str) -> dict[str, Sending]:
    """A target that is shared with tutors, or with nobody."""
    of = "/targets/{target_id}"
    target = {"text": "Another.", "due_on": "2026-10-19"}
    review = {"status": "progressing"} | BEFORE
    found = {
        f"GET {of}": Sending(),
        f"PUT {of}": Sending(target | {"amended_on": "2026-09-01"}),
        f"POST {of}/acknowledgements": Sending(BEFORE),
        f"GET {of}/progress": Sending(),
        f"POST {of}/progress": Sending(BEFORE | {"note": "Better."}),
        f"DELETE {of}/progress/{{note_id}}": Sending(params=BEFORE),
        f"PUT {of}/review": Sending(review | {"amended_on": "2026-09-01"}),
        f"POST {of}/reviews": Sending(review),
        f"POST {of}/revocations": Sending(BEFORE | TO_TUTORS),
        f"GET {of}/shares": Sending(),
        f"POST {of}/shares": Sending(BEFORE | TO_TUTORS),
        f"GET {of}/versions": Sending(),
        "GET /targets/shared": Sending(shows="target_id"),
        "GET /targets/stale": Sending(shows="target_id"),
    }
    if not case:
        found["POST /relationships/{relationship_id}/targets"] = Sending(BEFORE | target)
    return {f"{route}{case}": sending for route, sending in found.items()}


def feedback_and_measures(ids: Ids) -> dict[str, Sending]:
    """New feedback and measures, and what the mentee answered, which is released to tutors."""
    of, one = "/relationships/{relationship_id}", "/measures/{series_id}/{measure_id}"
    answers = {"answers": {"workload": 99}}
    return {
        f"POST {of}/feedback": Sending(BEFORE | {"text": "Clear."}),
        f"GET {of}/measures": Sending(),
        f"POST {of}/measures": Sending(BEFORE | answers | {"instrument": "confidence"}),
        "GET /measures/{series_id}": Sending(),
        f"PUT {one}": Sending(answers | {"amended_on": "2026-09-01"}),
        f"POST {one}/releases": Sending(to_owner(ids)),
        f"POST {one}/revocations": Sending(to_owner(ids)),
        f"GET {of}/observations": Sending(shows="observation_id"),
        f"POST {of}/observations": Sending(ON | {"planned_on": "2026-09-01"}),
        f"GET {of}/reflections": Sending(shows="reflection_id"),
        f"PUT {of}/reflections/{{step}}": Sending(BEFORE | {"answers": {}}, ids={"step": "evaluation"}),
        "GET /reflections/{reflection_id}": Sending(),
        "POST /reflections/{reflection_id}/releases": Sending(to_owner(ids)),
        "POST /reflections/{reflection_id}/revocations": Sending(to_owner(ids)),
    }


def figures(ids: Ids) -> dict[str, Sending]:
    """Figures of the mentee, of a measure that no programme takes."""
    file = f"mentee_id,measure,value,day,source\n{ids['trainee_id']},no_such_measure,3,2026-10-05,Register"
    return {
        "POST /figures": Sending(content=file.encode(), headers={"Content-Type": "text/csv"}, status=status_of_row),
        "GET /relationships/{relationship_id}/figures": Sending(),
    }


def status_of_row(answer: httpx.Response) -> int:
    """Return 404 for a file with a mentee whose figures the person does not bring in."""
    rows: list[dict[str, Any]] = answer.json().get("rows", [])
    return 404 if any(row["column"] == "mentee_id" for row in rows) else answer.status_code


def hand_overs(ids: Ids) -> dict[str, Sending]:
    """What the two hand over, with an item that waits for the mentor."""
    of = "/relationships/{relationship_id}"
    to = {"to_relationship_id": ids["relationship_id"]}
    item, own = {"item_id": ids["hand_over_item_id"]}, {"item_id": ids["own_item_id"]}
    return {
        f"GET {of}/hand-over": Sending(),
        f"POST {of}/hand-over": Sending(LATER | to),
        f"POST {of}/hand-over/items": Sending(BEFORE | {"answers": {"no such field": "None."}}),
        f"POST {of}/hand-over/items/{{item_id}}/agreement": Sending(ON, ids=item),
        f"POST {of}/hand-over/items/{{item_id}}/withdrawal": Sending(ON, ids=own),
        f"POST {of}/hand-over/revocations": Sending(LATER | to),
        f"GET {of}/handed-on": Sending(),
    }


def summaries() -> dict[str, Sending]:
    """The summary that both have signed and that goes to the coordinator."""
    of = "/relationships/{relationship_id}/summary"
    return {
        "GET /common-needs": Sending(shows="programme_id"),
        "GET /summaries": Sending(shows="relationship_id"),
        "GET /summaries/{relationship_id}": Sending(),
        f"GET {of}": Sending(),
        f"PUT {of}": Sending(LATER | {"answers": {"need": "Another."}}, outdated=True),
        f"POST {of}/signatures": Sending(LATER | {"draft": 99}),
        f"POST {of}/withdrawal": Sending(LATER, outdated=True),
    }


def onward_referrals() -> dict[str, Sending]:
    """Help by others that was offered to the mentee."""
    of = "/onward-referrals/{onward_id}"
    return {
        "GET /relationships/{relationship_id}/onward-referrals": Sending(shows="onward_id"),
        "POST /relationships/{relationship_id}/onward-referrals": Sending(BEFORE | {"kind": "no such kind"}),
        f"GET {of}": Sending(),
        f"POST {of}/steps": Sending(BEFORE | {"status": "agreed"}),
        f"POST {of}/steps/withdrawal": Sending(BEFORE),
    }


def reviews() -> dict[str, Sending]:
    """The review of the relationship."""
    of = "/relationships/{relationship_id}/reviews"
    return {
        "GET /reviews/due": Sending(params=ON_ONE_PAGE | {"by": LAST_DAY}, shows="relationship_id"),
        f"GET {of}": Sending(),
        f"POST {of}": Sending(BEFORE | {"decision": "continue"}),
        f"POST {of}/withdrawal": Sending(LATER | {"reason": "A slip."}, outdated=True),
    }


def safeguarding() -> dict[str, Sending]:
    """Opening what was not released, to keep somebody safe."""
    of = "/relationships/{relationship_id}/safeguarding"
    return {
        f"GET {of}": Sending(),
        f"POST {of}": Sending({"days": 99, "reason": "A worry."}),
        f"POST {of}/{{grant_id}}/closure": Sending(outdated=True),
    }


def recognitions() -> dict[str, Sending]:
    """The document of what the mentor has done; the same again changes nothing."""
    of, public = "/recognitions/{recognition_id}", "/partnerships/{partnership}/recognitions/{code}"
    return {
        "GET /recognitions": Sending(shows="recognition_id"),
        "POST /recognitions": Sending(DOCUMENT),
        f"GET {of}": Sending(),
        f"GET {of}/page": Sending(),
        f"PUT {of}/withdrawal": Sending(LATER, outdated=True),
        f"GET {public}": Sending(),
        f"GET {public}/page": Sending(),
        f"POST {public}/name": Sending({"name": "Somebody Else"}),
    }


def drafts(ids: Ids) -> dict[str, Sending]:
    """What the mentor has typed into a form; whoever keeps something under its id keeps a draft of their own."""
    of = "/drafts/{draft_id}"
    form = {"method": "POST", "path": f"/relationships/{ids['relationship_id']}/meetings", "body": {}}
    return {
        "GET /drafts": Sending(shows="draft_id"),
        f"GET {of}": Sending(),
        f"PUT {of}": Sending(form, outdated=True),
        f"DELETE {of}": Sending(outdated=True),
    }
