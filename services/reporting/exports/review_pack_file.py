"""Write the review pack of a mentor as a document: key figures, a chart of the meetings, and what to talk about.

Reporting knows nobody's name. The people whom the mentor supports are called by letters; their ids stand at the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase
from uuid import UUID

from services.reporting.exports.contents import heading_of
from services.reporting.exports.pdf_file import cell, day_in_words, moments, short_ids
from services.reporting.reports.caseloads import CASELOADS
from services.reporting.reports.mentoring import Mentoring
from services.reporting.reports.review_pack import ReviewPack
from shared.documents import pdf
from shared.documents.blocks import Block, BulletList, Chart, Document, Heading, KeyFigure, KeyFigures, Paragraph, Table
from shared.documents.charts import Bar, stacked_bars

MEDIA_TYPE = pdf.MEDIA_TYPE
MOST_BARS = 20
"""Relationships that a chart on one page can show."""


def review_pack_file(pack: ReviewPack) -> bytes:
    """Return the pack of a mentor as a tagged PDF document."""
    return pdf.make_pdf(_document(pack))


def _document(pack: ReviewPack) -> Document:
    mentor = short_ids([pack.mentor_id])[pack.mentor_id]
    caseload = pack.caseload
    letters = _letters(pack.relationships)
    school = (
        f"{caseload.school_name} ({caseload.school_urn})" if caseload.school_name else f"School {caseload.school_urn}"
    )
    return Document(
        f"Review of mentoring: mentor {mentor}",
        [
            Paragraph(f"{school}. {moments(pack.as_of, pack.known_at, pack)}"),
            KeyFigures(_key_figures(pack)),
            Heading("Meetings"),
            *_meetings(pack, letters),
            Heading("Training"),
            *_training(pack),
            *_warnings(pack, letters),
            Heading("How to read it"),
            Paragraph(
                "Before the review ask about what is not recorded: a meeting that nobody recorded may have been held."
            ),
            *(Paragraph(note, small=True) for note in CASELOADS.notes),
            Heading("Who is meant"),
            _key(pack, letters),
        ],
        footer=f"Review of mentoring, mentor {mentor}, up to {day_in_words(pack.as_of)}",
    )


def _letters(relationships: Sequence[Mentoring]) -> Mapping[UUID, str]:
    """Call each person whom the mentor supports by a letter, in the order of the relationships."""
    people = dict.fromkeys(each.trainee_id for each in relationships)
    return {person: f"Person {_letter(nth)}" for nth, person in enumerate(people)}


def _letter(nth: int) -> str:
    """A to Z, then AA to AZ, and so on."""
    before, last = divmod(nth, len(ascii_uppercase))
    return (_letter(before - 1) if before else "") + ascii_uppercase[last]


def _key_figures(pack: ReviewPack) -> list[KeyFigure]:
    caseload = pack.caseload
    held_on = caseload.last_held_on
    last = "none" if held_on is None else f"{held_on.day} {held_on:%b %Y}"
    return [
        KeyFigure(
            "hours a week given, of those they have", f"{caseload.hours_a_week:g} of {caseload.capacity_hours:g}"
        ),
        KeyFigure("meetings held, of those due", f"{caseload.due_held:,} of {caseload.due:,}"),
        KeyFigure("minutes given, of those due", f"{caseload.minutes:,} of {caseload.minutes_due:,}"),
        KeyFigure("last meeting held", last),
    ]


def _meetings(pack: ReviewPack, letters: Mapping[UUID, str]) -> Iterator[Block]:
    """Yield the chart of the relationships that are running, and a table of all."""
    running = [each for each in pack.relationships if each.active][:MOST_BARS]
    if running:
        bars = [Bar(letters[each.trainee_id], (each.due_held, each.missed, each.not_recorded)) for each in running]
        finding, parts = _finding(running, letters), ("held", "missed", "not recorded")
        description = "Meetings by person. " + " ".join(
            f"{bar.label}: {', '.join(f'{number} {part}' for number, part in zip(bar.parts, parts, strict=True))}."
            for bar in bars
        )
        yield Chart(finding, description, stacked_bars(finding, description, parts, bars))
    else:
        yield Paragraph("No relationship is running on this day.")
    if pack.relationships:
        heads = ("person", "role", "from", "to", "due", "held", "missed", "not recorded", "last held")
        yield Table(
            heads,
            [_line(each, letters) for each in pack.relationships],
            (1.2, 1.2, 1.3, 1.3, 0.6, 0.6, 0.8, 1.1, 1.3),
            (*(False,) * 4, *(True,) * 4, False),
        )
    weeks = [(letters[each.trainee_id], each.missing_weeks) for each in running if each.missing_weeks]
    if weeks:
        yield Paragraph("Weeks in which a meeting was due that is not recorded, by their first day:")
        yield BulletList([f"{person}: {', '.join(map(day_in_words, days))}" for person, days in weeks])


def _finding(running: Sequence[Mentoring], letters: Mapping[UUID, str]) -> str:
    """Return what the chart shows, as a sentence."""
    due, held = sum(each.due for each in running), sum(each.due_held for each in running)
    if not due:
        return "No meeting has been due yet."
    if held == due:
        return f"All {due} meetings that were due were held." if due > 1 else "The meeting that was due was held."
    missing = due - held
    worst = max(running, key=lambda each: each.due - each.due_held)
    with_worst = worst.due - worst.due_held
    share = "the others" if with_worst == missing else f"{with_worst} of the {missing} others"
    where = f"; {share} were with {letters[worst.trainee_id]}" if len(running) > 1 and missing > 1 else ""
    return f"{held} of {due} meetings that were due were held{where}."


def _line(each: Mentoring, letters: Mapping[UUID, str]) -> list[str]:
    values = (each.starts_on, each.ends_on, each.due, each.due_held, each.missed, each.not_recorded, each.last_held_on)
    return [letters[each.trainee_id], heading_of(each.role), *(cell(value, {}) for value in values)]


def _training(pack: ReviewPack) -> Iterator[Block]:
    if not pack.training:
        yield Paragraph("No training is recorded.")
        return
    heads = ("provider", "year", "kind", "hours", "claimable", "at most", "last day")
    rows = [
        [
            cell(value, {})
            for value in (
                *(each.provider, each.academic_year, each.kind),
                *(each.hours, each.claimable_hours, each.most_claimable, each.last_trained_on),
            )
        ]
        for each in pack.training
    ]
    yield Table(heads, rows, (3, 1.1, 1.1, 0.8, 1, 1, 1.2), (*(False,) * 3, *(True,) * 3, False))


def _warnings(pack: ReviewPack, letters: Mapping[UUID, str]) -> Iterator[Block]:
    """Yield what calls for attention, if the reader sees early warnings."""
    if pack.warnings is None:
        return
    yield Heading("What calls for attention")
    if not pack.warnings:
        yield Paragraph("Nothing calls for attention.")
        return
    about = [letters.get(each.trainee_id) if each.trainee_id else None for each in pack.warnings]
    yield BulletList(
        [
            f"{f'{person}: ' if person else ''}{each.fact} {each.action}"
            for each, person in zip(pack.warnings, about, strict=True)
        ]
    )


def _key(pack: ReviewPack, letters: Mapping[UUID, str]) -> Block:
    people = [["The mentor", str(pack.mentor_id)], *([letter, str(person)] for person, letter in letters.items())]
    return Table(("called", "id"), people, (1, 4), (False, False))
