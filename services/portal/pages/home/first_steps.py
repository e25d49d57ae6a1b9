"""The first steps of a partnership, and which are done: asked of the services, so that nothing has to be kept."""

from asyncio import gather
from dataclasses import dataclass

from services.portal.calls.answers import Record
from services.portal.calls.services import Away, Refused
from services.portal.pages.context import Visit


@dataclass(frozen=True, slots=True)
class Step:
    """A step, the page on which it is taken, and the list of referral's in which there is something once it is."""

    title: str
    about: str
    address: str
    path: str
    kind: str | None = None


STEPS = (
    Step(
        "Schools",
        "Send the extract of the register of schools. All other files name schools by their URN.",
        "/imports",
        "/schools",
    ),
    Step("Mentors", "Send a file of the mentors of these schools.", "/imports", "/people", "mentor"),
    Step("Trainees", "Send a file of those who need a mentor.", "/imports", "/people", "trainee"),
    Step(
        "What schools can host",
        "Send a file of places, or invite the leads of schools under Who may sign in: they say it on a page.",
        "/imports",
        "/offers",
    ),
    Step("A programme", "Open one from a template, with its days.", "/programmes", "/programmes"),
    Step("Referrals", "Send a file of who is referred to the programme.", "/imports", "/referrals"),
)


async def read_first_steps(visit: Visit) -> list[tuple[Step, bool]]:
    """Return each step, and whether it is done; none once all are, or where that cannot be asked."""
    try:
        done = await gather(*(_is_done(visit, step) for step in STEPS))
    except (Away, Refused):
        return []
    return [] if all(done) else list(zip(STEPS, done, strict=True))


async def _is_done(visit: Visit, step: Step) -> bool:
    asked = {} if step.path == "/programmes" else {"limit": 1}
    return bool(await visit.services.get("referral", step.path, list[Record], kind=step.kind, **asked))
