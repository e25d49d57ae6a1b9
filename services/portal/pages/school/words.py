"""Words of a school's pages: what it can host, and why it does not."""

from collections.abc import Iterable

YEAR_GROUPS = {
    "primary": (
        "nursery",
        "reception",
        "year_1",
        "year_2",
        "year_3",
        "year_4",
        "year_5",
        "year_6",
        "mixed_year_groups",
    ),
    "secondary": ("year_7", "year_8", "year_9", "year_10", "year_11", "year_12", "year_13", "mixed_year_groups"),
}
"""The year groups of each phase, in the order in which a form shows them."""
PHASES = {"primary": "Primary", "secondary": "Secondary"}
ROUTES = {"fee": "Fee-paying", "salaried": "Salaried", "apprenticeship": "Apprenticeship"}
APPETITES = {
    "actively_looking": "Yes, we would like trainees",
    "interested": "Perhaps: ask us",
    "not_open": "No, not in this year",
}
REASONS_NOT_HOSTING = {
    "no_mentor_capacity": "Our mentors have no time",
    "low_capacity_through_staff_changes": "Staff are changing",
    "send_numbers": "The number of pupils with special educational needs",
    "improving_ofsted_rating": "We are improving after an inspection",
    "trainee_quality": "The trainees whom we had",
    "do_not_know_how_to_get_involved": "We do not know how to go about it",
    "other": "Something else",
}
KINDS_OF_LOAD = {"itt": "Trainees", "ect": "Early career", "pupils": "Pupils", "peers": "Peers", "other": "Other"}
DAY_PARTS = {"day": "the whole day", "morning": "the morning", "afternoon": "the afternoon"}
RETURN_REASONS = {
    "not_there": "They were not at the school",
    "other_part": "It was another part of the day",
    "other_kind": "It was another kind of day",
    "by_mistake": "It was confirmed by mistake",
    "other": "Something else",
}


def subject_name(code: str) -> str:
    """Write a subject by its code, as people write it: `modern-languages` is Modern languages."""
    spoken = code.replace("-", " ").replace("_", " ")
    return spoken[:1].upper() + spoken[1:]


def year_group_name(group: str) -> str:
    """Write a year group: `year_7` is Year 7."""
    spoken = group.replace("_", " ")
    return spoken[:1].upper() + spoken[1:]


def items_of(texts: dict[str, str]) -> list[dict[str, str]]:
    """Return values with their texts, as the components for radios and checkboxes take them."""
    return [{"value": value, "text": text} for value, text in texts.items()]


def year_group_items(phases: Iterable[str]) -> list[dict[str, str]]:
    """Return the year groups of phases, as the component for checkboxes takes them."""
    groups = dict.fromkeys(group for phase in phases for group in YEAR_GROUPS[phase])
    return [{"value": group, "text": year_group_name(group)} for group in groups]


def hours(value: float) -> str:
    """Write hours a week: 1.5, 2, 0."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
