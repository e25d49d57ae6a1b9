"""Explanations as they are stored: nothing of them is lost, and what pairs share is stored once."""

from uuid import UUID

from hypothesis import given as drawn
from hypothesis import strategies as st

from services.matching.domain.explanations import (
    Alternative,
    CostTerm,
    PairExplanation,
    SatisfiedRule,
    SharedExplanations,
)

WORDS = st.sampled_from(["The subject fits.", "12 minutes by car.", "13 minutes by car.", ""])
NUMBERS = st.integers(0, 3)
TERMS = st.builds(
    CostTerm, rule=WORDS, title=WORDS, weight=NUMBERS, units=NUMBERS, cost=NUMBERS, words=WORDS
)  # fmt: skip
RULES = st.builds(SatisfiedRule, rule=WORDS, title=WORDS, known=st.booleans(), words=WORDS)
ALTERNATIVES = st.builds(
    Alternative,
    mentor_id=st.uuids(),
    offer_id=st.uuids(),
    school_urn=WORDS,
    travel_minutes=NUMBERS,
    added=st.integers(-3, 3),
    moves=NUMBERS,
    words=WORDS,
)
EXPLANATIONS = st.builds(
    PairExplanation,
    terms=st.lists(TERMS, max_size=4).map(tuple),
    rules=st.lists(RULES, max_size=4).map(tuple),
    others_stay=st.none() | ALTERNATIVES,
    others_move=st.none() | ALTERNATIVES,
    sought=st.booleans(),
)


@drawn(st.dictionaries(st.uuids(), EXPLANATIONS, max_size=5))
def test_what_was_stored_is_read_as_it_was(explanations: dict[UUID, PairExplanation]) -> None:
    stored = SharedExplanations.of(explanations).model_dump_json(exclude_defaults=True)

    read = dict(SharedExplanations.model_validate_json(stored).in_full())

    assert read == explanations
    bodies, before = (
        [each.model_dump_json(exclude_unset=unset, exclude_defaults=not unset) for each in found.values()]
        for found, unset in ((read, True), (explanations, False))
    )
    assert bodies == before  # the answer names an alternative only where there is one


def test_what_pairs_share_is_stored_once() -> None:
    rule = SatisfiedRule(rule="subject", title="The subject fits", known=True, words="The offer is in physics.")
    terms = [
        CostTerm(rule="travel", title="Shorter journeys", weight=1, units=far, cost=far, words=f"{far} minutes.")
        for far in (5, 5, 7)
    ]

    stored = SharedExplanations.of(
        {UUID(int=nth): PairExplanation(terms=(term,), rules=(rule, rule)) for nth, term in enumerate(terms)}
    )

    assert (stored.terms, stored.rules) == ((terms[0], terms[2]), (rule,))
    assert [(pair.terms, pair.rules) for pair in stored.pairs] == [((0,), (0, 0)), ((0,), (0, 0)), ((1,), (0, 0))]
