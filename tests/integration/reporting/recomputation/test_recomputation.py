"""Every figure is reckoned again from the public events, by plain functions that share nothing with the read tables."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.integration.reporting.recomputation.comparing import (
    LEAD,
    MENTOR,
    SCHOOL_LEAD,
    TRAINEE,
    TUTOR,
    Difference,
    Keeping,
    Person,
    Question,
    ReportingStore,
    differences,
    shortest,
)
from tests.integration.reporting.recomputation.histories import FIRST, LAST, URNS, History, Recorded

pytestmark = pytest.mark.covers("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P12", "P14")


MANY = settings().max_examples // 12
"""Histories in an ordinary run; hundreds with `--hypothesis-profile=long`, and others with `search`."""


def questions(history: History, today: date, chance: Random) -> list[Question]:
    """Ask as a lead and in another role, up to some day and as known at some moment, or for today as known now."""
    others = (
        Person(SCHOOL_LEAD, schools=frozenset(chance.sample(URNS, 2))),
        Person(MENTOR, chance.choice(history.mentors)),
        Person(TRAINEE, chance.choice(history.trainees)),
        Person(TUTOR),
    )
    people = (Person(LEAD), Person(LEAD), chance.choice(others))
    moments = [each.at for each in history.records]
    found = []
    for nth, who in enumerate(people):
        of_today, of_self = nth == 0 or chance.random() < 0.3, chance.random() < 0.5
        found.append(
            Question(
                who,
                today if of_today else any_day(chance),
                None if of_today else chance.choice((None, chance.choice(moments), max(moments))),
                chance.choice(history.programmes),
                who.id if who.role == TRAINEE and of_self else chance.choice(history.trainees),
                who.id if who.role == MENTOR and of_self else chance.choice(history.mentors),
            )
        )
    return found


def any_day(chance: Random) -> date:
    return FIRST + timedelta(days=chance.randrange(10, (LAST - FIRST).days + 60))


def keeping(history: History, today: date, chance: Random) -> Keeping:
    """Keep figures of today at some moments, and sometimes of the day before, as over midnight; store settled ones."""
    moments = [each.at for each in history.records]
    return sorted(
        (chance.choice(moments), chance.choice((today, today, today - timedelta(days=1))))
        for _ in range(chance.choice((0, 1, 1, 2)))
    )


async def explain(
    store: ReportingStore, records: Sequence[Recorded], figures_kept: Keeping, difference: Difference
) -> str:
    """Return a short history with which a report still differs, as a reader of the test's output needs it."""
    kept = figures_kept if await is_needed(store, records, figures_kept, difference) else ()
    few = await shortest(store, records, kept, difference)
    tenant = await store.record(few, kept)
    again = await differences(store, tenant, few, difference.question, difference.report)
    what = (*map(str, again), "after", *(f"{each.at:%F %T} {each.event!r}" for each in few))
    return "\n".join((*what, *(f"figures kept at {at:%F %T} up to {day}" for at, day in kept)))


async def is_needed(
    store: ReportingStore, records: Sequence[Recorded], figures_kept: Keeping, difference: Difference
) -> bool:
    tenant = await store.record(records)
    return not await differences(store, tenant, records, difference.question, difference.report)


@pytest.mark.timeout(300)  # a history that differs is made short
@settings(max_examples=MANY, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 2**32 - 1))
async def test_every_figure_is_what_the_events_say(store: ReportingStore, seed: int) -> None:
    history, chance = History(seed), Random(seed)
    today = any_day(chance)
    figures_kept = keeping(history, today, chance)
    tenant = await store.record(history.records, figures_kept)
    for question in questions(history, today, chance):
        for difference in await differences(store, tenant, history.records, question):
            pytest.fail(await explain(store, history.records, figures_kept, difference))
    await store.forget(tenant)
