"""The demo's other kinds of mentoring: an induction, a pupil's mentor, a peer review, and the supervision of a mentor.

Each is a programme from another template, on the same engine: people are referred and agree, are paired, sign an
agreement by the programme's form, and go through a term (`other_terms`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alongside.client import Refused, wait_until
from alongside.demo.other_terms import mentor_pupil, review_peers, serve_induction, supervise_mentor
from alongside.demo.personas import LEAD, Persona, mentor, school_lead, trainee
from alongside.demo.relationships import agree, relationship_path
from alongside.demo.steps import FIRST_MONDAY, DemoRun, open_programme

OPENED_ON = "2026-06-15"
REFERRED_ON = "2026-06-22"
PAIRED_ON = "2026-09-07"

Person = Mapping[str, Any]


@dataclass(frozen=True)
class OtherMentoring:
    """A relationship of another programme: the programme's title, the relationship, how it went, and its story.

    The lines of the story are those that the mentee sees.
    """

    title: str
    relationship: Mapping[str, Any]
    how_it_went: str
    story: Sequence[Mapping[str, Any]]


def run_other_programmes(run: DemoRun, free: Sequence[Person]) -> list[OtherMentoring]:
    """Take one pair each of four other programmes through a term; `free` are mentors without a trainee."""
    colleagues, done = iter(free), []
    steps = (_induct_teacher, _mentor_pupil, _review_peers, _supervise_mentor)
    run.for_each("Other kinds of mentoring", steps, lambda begin: done.append(begin(run, colleagues)))
    return done


def _induct_teacher(run: DemoRun, colleagues: Iterator[Person]) -> OtherMentoring:
    """An early career teacher is given a mentor of the same school who took on the role for them."""
    guide = next(colleagues)
    programme_id = _open(run, "Induction of early career teachers", "ect-induction")
    teacher = _mentee(run, guide, "E26-01", "Grace", "Abara", kind="teacher")
    _refer(run, programme_id, teacher, "induction", "statutory_induction", countersigned_by=guide["school_urn"])
    _declare(run, guide, "ect_mentor")
    relationship = _pair(run, programme_id)
    return _go_through_term(run, "Induction", relationship, serve_induction)


def _mentor_pupil(run: DemoRun, colleagues: Iterator[Person]) -> OtherMentoring:
    """A pupil is referred by the school, a parent agrees, and a learning mentor of the school is found."""
    guide = next(colleagues)
    programme_id = _open(run, "Learning mentors", "pupil-mentoring")
    pupil = _mentee(run, guide, "P26-01", "Sam", "Oakes", kind="pupil", year_group="year_8")
    urn = guide["school_urn"]
    _refer(run, programme_id, pupil, "challenge", "attendance", countersigned_by=urn, consent=school_lead(urn))
    _declare(run, guide, "learning_mentor")
    relationship = _pair(run, programme_id)
    return _go_through_term(run, "Pupil mentoring", relationship, mentor_pupil)


def _review_peers(run: DemoRun, colleagues: Iterator[Person]) -> OtherMentoring:
    """Two colleagues choose each other to observe one another's lessons."""
    programme_id = _open(run, "Peer review", "peer-review")
    _choose_each_other(run, programme_id, (next(colleagues), next(colleagues)), "progression", "chosen_focus")
    relationship = _pair(run, programme_id)
    return _go_through_term(run, "Peer review", relationship, review_peers, mentee_signs_first=True)


def _supervise_mentor(run: DemoRun, colleagues: Iterator[Person]) -> OtherMentoring:
    """A mentor is mentored by a more experienced one, whom they chose."""
    programme_id = _open(run, "Mentoring the mentors", "mentor-supervision")
    _choose_each_other(run, programme_id, (next(colleagues), next(colleagues)), "induction", "new_mentor")
    relationship = _pair(run, programme_id)
    return _go_through_term(run, "Supervision", relationship, supervise_mentor)


def _open(run: DemoRun, title: str, template: str) -> str:
    return open_programme(run, title, "2026-09-01", "2027-07-31", OPENED_ON, template=template)


def _mentee(run: DemoRun, colleague: Person, reference: str, given_name: str, family_name: str, **other: str) -> str:
    """Let a school record somebody who can be mentored there."""
    urn = colleague["school_urn"]
    name = {"reference": reference, "given_name": given_name, "family_name": family_name}
    body = name | {"school_urn": urn, "on": OPENED_ON} | other
    person_id = str(run.client.post(school_lead(urn), "referral", "/mentees", body)["person_id"])
    run.names[person_id] = f"{given_name} {family_name}"
    return person_id


def _refer(
    run: DemoRun,
    programme_id: str,
    person_id: str,
    purpose: str,
    reason: str,
    *,
    countersigned_by: str | None = None,
    consent: Persona | None = None,
) -> None:
    """Refer somebody, with what the programme asks for, and accept them: a lead of the school `countersigned_by`."""
    about = {"programme_id": programme_id, "trainee_id": person_id, "purpose": purpose, "reasons": [reason]}
    made = run.client.post(LEAD, "referral", "/referrals", about | {"on": REFERRED_ON})
    path, on = f"/referrals/{made['referral_id']}", {"on": REFERRED_ON}
    if countersigned_by is not None:
        run.client.post(school_lead(countersigned_by), "referral", f"{path}/countersignature", on)
    if consent is not None:
        run.client.post(consent, "referral", f"{path}/consent", {**on, "given": True})
    run.client.post(LEAD, "referral", f"{path}/acceptance", on)


def _choose_each_other(run: DemoRun, programme_id: str, two: tuple[Person, Person], purpose: str, reason: str) -> None:
    """Refer two mentors, who agree themselves, and let each name the other."""
    for person, other in (two, two[::-1]):
        who = mentor(person["person_id"])
        _refer(run, programme_id, person["person_id"], purpose, reason, consent=who)
        chosen = {"names": [other["person_id"]], "on": PAIRED_ON}
        run.client.put(who, "matching", "/choices", chosen)


def _declare(run: DemoRun, colleague: Person, role_kind: str) -> None:
    body = {"role_kinds": [role_kind], "on": OPENED_ON}
    run.client.post(mentor(colleague["person_id"]), "referral", f"/people/{colleague['person_id']}/mentoring", body)


def _pair(run: DemoRun, programme_id: str) -> Mapping[str, Any]:
    """Search until matching knows the people, let both sides accept, and return the relationship."""
    body = {"programme_id": programme_id, "on": PAIRED_ON}

    def search() -> list[dict[str, Any]]:
        try:
            found: list[dict[str, Any]] = run.client.post(LEAD, "matching", "/peers", body)["found"]
        except Refused:
            return []  # the people have not arrived in matching yet
        return found

    (support,) = wait_until(search, lambda found: len(found) == 1, "The pair of another programme")
    for side in ("mentor", "mentee"):
        answer = {"on": PAIRED_ON, "side": side}
        run.client.post(LEAD, "matching", f"/supports/{support['support_id']}/acceptance", answer)
    found: list[dict[str, Any]] = wait_until(
        lambda: run.client.get(LEAD, "sessions", "/relationships", limit=1000),
        lambda relationships: support["support_id"] in {each["relationship_id"] for each in relationships},
        "The relationship of another programme",
    )
    (relationship,) = (each for each in found if each["relationship_id"] == support["support_id"])
    return relationship


def _go_through_term(
    run: DemoRun,
    title: str,
    relationship: Mapping[str, Any],
    term: Callable[[DemoRun, Mapping[str, Any]], str],
    *,
    mentee_signs_first: bool = False,
) -> OtherMentoring:
    """Let both sign an agreement, go through the term, and read the story of the relationship."""
    agree(run, relationship, FIRST_MONDAY, mentee_signs_first=mentee_signs_first)
    how_it_went = term(run, relationship)
    mentee, path = trainee(relationship["trainee_id"]), f"{relationship_path(relationship)}/story"
    story = run.client.get(mentee, "sessions", path, limit=1000)["lines"]
    return OtherMentoring(title, relationship, how_it_went, story)
