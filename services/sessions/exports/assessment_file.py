"""Write a version of an assessment as a document: judgements, comments, signatures, and what is missing.

Sessions knows nobody's name: people stand in it by their ids, and there is a line on which to write the trainee's name.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from services.sessions.domain.assessment_versions import STANDARDS, State
from services.sessions.domain.standards import HEADINGS
from services.sessions.domain.texts import long_date
from services.sessions.exports.assessment_reviews import appeal, moderation, second_opinion
from services.sessions.queries.assessment_papers import AssessmentPaper
from services.sessions.queries.assessments import Assessment
from shared.documents import pdf
from shared.documents.blocks import Blank, Block, BulletList, Chart, Document, Heading, Paragraph, Quote, Table
from shared.documents.charts import Place, places_on_scale
from shared.events.words import AssessmentKind, Standard
from shared.wording import counted_noun

MEDIA_TYPE = pdf.MEDIA_TYPE
KINDS: Mapping[AssessmentKind, str] = {
    "interim": "interim",
    "end_of_placement": "at the end of a placement",
    "final": "final",
    "ect_progress_review": "progress review in induction",
    "ect_formal_1": "first formal assessment in induction",
    "ect_formal_2": "second formal assessment in induction",
    "ect_interim": "interim assessment in induction",
}
_STATES: Mapping[State, str] = {
    "drafting": "draft",
    "shared": "shared",
    "commented": "commented on",
    "signing": "being signed",
    "signed": "signed by all",
    "submitted": "submitted",
    "acknowledged": "acknowledged",
    "returned": "returned",
}


def assessment_file(paper: AssessmentPaper) -> bytes:
    """Return a version of an assessment as a tagged PDF document."""
    return pdf.make_pdf(_document(paper))


def status(paper: AssessmentPaper) -> str:
    """Return whether the version is a draft, what it waits for, or that it is final."""
    version = paper.version
    submitted = [each for each in paper.others if each.version > version.version and each.submitted_on is not None]
    if submitted and version.submitted_on is not None:
        later = submitted[-1]
        return f"Replaced by version {later.version}, submitted on {_day(later.submitted_on)}"
    match version.state:
        case "drafting":
            return "Draft, not shared"
        case "shared":
            return f"Draft, shared on {_day(version.shared_on)}: waiting for comment: {_trainee(paper)}"
        case "commented" | "signing":
            return f"Waiting for signature: {version.next_to_sign or 'all'}"
        case "signed":
            return "Signed by all: waiting to be submitted"
        case "returned":
            return f"Returned on {_day(version.returned_on)}: does not count"
        case "submitted" if paper.rules.received_by:
            return f"Submitted on {_day(version.submitted_on)}: waiting to be acknowledged{_appeal_status(paper)}"
        case "submitted":
            return f"Final, submitted on {_day(version.submitted_on)}{_appeal_status(paper)}"
        case "acknowledged":
            return f"Final, acknowledged on {_day(version.acknowledged_on)}{_appeal_status(paper)}"


def _appeal_status(paper: AssessmentPaper) -> str:
    state = None if paper.appeal is None else paper.appeal.state
    if state == "made":
        return "; an appeal is not decided yet"
    return "; to be corrected after an appeal" if state == "upheld" else ""


def _document(paper: AssessmentPaper) -> Document:
    version, state = paper.version, status(paper)
    return Document(
        version.title,
        [
            Paragraph(f"{paper.programme.title}. Partnership: {paper.partnership}."),
            Blank(f"Name ({_trainee(paper)})"),
            Paragraph(f"{state}."),
            _facts(paper),
            Heading("Judgement by standard"),
            *_judgements(paper),
            *_comments(version),
            *_answers(paper),
            Heading("What it rests on"),
            *_evidence(version),
            Heading(f"Comment: {_trainee(paper)}"),
            *_comment(version),
            Heading("Signatures"),
            _signatures(paper),
            *_missing(paper),
            *moderation(paper),
            *appeal(paper),
            *second_opinion(paper),
            *_others(paper),
        ],
        footer=f"{version.title}, version {version.version}",
        status=state,
    )


def _facts(paper: AssessmentPaper) -> Table:
    version = paper.version
    writes = "mentors the trainee, by an exception or a rule of the programme" if version.mentor_excepted else ""
    facts: dict[str, str] = {
        _trainee(paper): f"{version.trainee_id}",
        "Assessor": f"{version.assessor_id}" + (f" ({writes})" if writes else ""),
        "Assessment": f"{version.assessment_id}",
        "Kind": KINDS[version.kind],
        "Version": f"{version.version}",
        "Last written or submitted": _day(version.on),
        "Shared": _day(version.shared_on),
        "Submitted": _day(version.submitted_on),
        "Acknowledged": _day(version.acknowledged_on),
        "Returned": _day(version.returned_on),
        "Returned because": version.returned_because or "",
        "Corrected because": version.corrected_because or "",
        "Taken over because": version.taken_over_because or "",
    }
    return Table(("what", "recorded"), [row for row in facts.items() if row[1]], (1, 2.6), (False, False), size=9)


def _judgements(paper: AssessmentPaper) -> Iterator[Block]:
    """Yield the chart of the levels, and the table with the standards in words beside it."""
    version, scale = paper.version, paper.rules.plan.scale
    texts = _texts_of_levels(paper)
    if not version.judgements:
        yield Paragraph("No standard is judged yet.")
        return
    ids = [level.id for level in scale]
    places = [
        Place(standard, ids.index(level) if (level := version.judgements.get(standard)) in ids else None)
        for standard in STANDARDS
    ]
    finding = _finding(version, texts)
    description = " ".join(
        f"{standard}: {texts.get(version.judgements.get(standard, ''), 'not judged yet')}." for standard in STANDARDS
    )
    yield Chart(finding, description, places_on_scale(finding, description, [level.text for level in scale], places))
    rows = [
        [standard, HEADINGS[standard], texts.get(version.judgements.get(standard, ""), "not judged yet")]
        for standard in STANDARDS
    ]
    yield Table(("standard", "heading", "judgement"), rows, (0.6, 4.4, 1.4), (False,) * 3)


def _texts_of_levels(paper: AssessmentPaper) -> Mapping[str, str]:
    """Return the levels in words; one that the scale has no more stands by its id."""
    ids = {level: level for level in paper.version.judgements.values()}
    return ids | {level.id: level.text for level in paper.rules.plan.scale}


def _finding(version: Assessment, texts: Mapping[str, str]) -> str:
    """Return what the chart shows, as a sentence."""
    by_level: dict[str, list[Standard]] = {}
    for standard, level in version.judgements.items():
        by_level.setdefault(level, []).append(standard)
    if len(by_level) == 1 and len(version.judgements) == len(STANDARDS):
        (level,) = by_level
        return f"All {len(STANDARDS)} standards: {texts[level]}."
    most = max(by_level.values(), key=len)
    parts = [
        f"{counted_noun(len(standards), 'standard')}: {texts[level]}{'' if standards is most else _named(standards)}."
        for level, standards in sorted(by_level.items(), key=lambda each: (-len(each[1]), each[1]))
    ]
    open_ = len(STANDARDS) - len(version.judgements)
    return " ".join([*parts, *([f"{counted_noun(open_, 'standard')} not judged yet."] if open_ else [])])


def _named(standards: Iterable[Standard]) -> str:
    return f" ({', '.join(standards)})"


def _comments(version: Assessment) -> Iterator[Block]:
    """Yield what the assessor wrote on each standard, and why a concern comes up only now."""
    written = [standard for standard in STANDARDS if standard in version.comments or standard in version.unexpected]
    if written:
        yield Heading("Comments on the standards")
    for standard in written:
        yield Heading(f"{standard} {HEADINGS[standard]}", level=2)
        if standard in version.comments:
            yield Quote(version.comments[standard])
        if standard in version.unexpected:
            yield Quote(version.unexpected[standard], introduction="Why this was not raised before:")


def _answers(paper: AssessmentPaper) -> Iterator[Block]:
    """Yield the answers to the programme's form, in its order."""
    form, answers = paper.rules.form, paper.version.answers
    texts = {field.id: field.text for field in form.fields} if form is not None else {}
    ordered = [*(each for each in texts if each in answers), *(each for each in answers if each not in texts)]
    if ordered:
        yield Heading(form.title if form is not None else "Form")
    for field in ordered:
        answer = answers[field]
        yield Heading(texts.get(field, field), level=2)
        yield Quote(answer if isinstance(answer, str) else f"{answer:g}")


def _evidence(version: Assessment) -> Iterator[Block]:
    items = [
        *(f"Released by the trainee: {each}" for each in version.evidence),
        *(f"Observation: {each}" for each in version.observations),
        *(f"Seen teaching on {long_date(day)}" for day in version.observed_on),
    ]
    yield BulletList(items) if items else Paragraph("Nothing is named.")


def _comment(version: Assessment) -> Iterator[Block]:
    if version.comment is not None:
        yield Quote(version.comment, introduction=f"On {_day(version.commented_on)}:")
    elif version.commented_on is not None:
        yield Paragraph(f"No comment, as was said on {_day(version.commented_on)}.")
    else:
        yield Paragraph("None yet.")


def _signatures(paper: AssessmentPaper) -> Table:
    """Return those who sign in the programme's order, with the day of each signature."""
    signed = {each.role: each for each in paper.version.signatures}
    titles = {signer.role: signer.title for signer in paper.rules.signers}
    titles |= {role: each.title for role, each in signed.items() if role not in titles}
    rows = [
        [
            f"{nth}",
            title,
            f"{signed[role].person_id}" if role in signed else "",
            _day(signed[role].on) if role in signed else "not signed",
        ]
        for nth, (role, title) in enumerate(titles.items(), start=1)
    ]
    return Table(("order", "for", "signed by", "on"), rows, (0.5, 2, 2.7, 1.4), (False,) * 4)


def _missing(paper: AssessmentPaper) -> Iterator[Block]:
    """Yield what is still to be done, unless it is final or returned."""
    missing = list(_steps_missing(paper))
    if missing:
        yield Heading("What is missing")
        yield BulletList(missing)


def _steps_missing(paper: AssessmentPaper) -> Iterator[str]:
    version, rules = paper.version, paper.rules
    if version.state in ("acknowledged", "returned"):
        return
    if version.submitted_on is None:
        judged = [standard for standard in STANDARDS if standard not in version.judgements]
        yield from [f"Judgement: {', '.join(judged)}"] if judged else []
        fields = rules.form.fields if rules.form is not None else ()
        asked = [each for each in fields if not each.optional and each.kind != "signature"]
        yield from (f"Answer: {each.text}" for each in asked if each.id not in version.answers)
        yield from ["It has to be shared"] if version.shared_on is None else []
        yield from [f"Comment: {_trainee(paper)}"] if version.commented_on is None else []
        signed = {each.role for each in version.signatures}
        yield from (f"Signature: {signer.title}" for signer in rules.signers if signer.role not in signed)
        yield "It has to be submitted"
    if rules.received_by:
        yield "It has to be acknowledged"


def _others(paper: AssessmentPaper) -> Iterator[Block]:
    if paper.others:
        yield Heading("Other versions")
        rows = [
            [
                f"{each.version}",
                _STATES[each.state],
                _day(each.on),
                " ".join(filter(None, (each.corrected_because, each.returned_because, each.taken_over_because))),
            ]
            for each in paper.others
        ]
        yield Table(("version", "state", "on", "because"), rows, (0.7, 1.2, 1.5, 4), (False,) * 4)


def _trainee(paper: AssessmentPaper) -> str:
    """Return what the programme calls the one who is assessed."""
    return next((role.title for role in paper.programme.practice.roles if role.side == "mentee"), "Trainee")


def _day(day: date | None) -> str:
    return "" if day is None else long_date(day)
