"""What `alongside status` shows of read models that are behind, and of what one service alone has."""

from alongside.cli.status import list_figures, name_those_behind
from shared.kernel.postgres.status import Figure, Progress


def behind(name: str, events: int) -> Progress:
    return Progress(name, position=1, behind=events, seconds=events / 2, stalled=False, obstacle=None)


def test_nothing_is_behind() -> None:
    assert name_those_behind([behind("meetings@1", 0)]) == "0"


def test_what_is_behind_is_named_the_furthest_first() -> None:
    shown = name_those_behind([behind("meetings@1", 2), behind("targets@1", 0), behind("stories@2", 12)])

    assert shown == "stories@2 12 (6 s), meetings@1 2 (1 s)"


def test_of_sixty_read_models_three_are_named_and_the_others_counted() -> None:
    shown = name_those_behind([behind(f"model_{number}@1", number) for number in range(61)])

    assert shown == "model_60@1 60 (30 s), model_59@1 59 (30 s), model_58@1 58 (29 s), 57 more"


def test_figures_of_a_service_are_shown_as_soon_as_there_is_something_to_see() -> None:
    quiet = [Figure("webhooks_due", "Webhooks that are due", 0), Figure("dead", "Dead letters", 0)]
    busy = [Figure("webhooks_due", "Webhooks that are due", 2), Figure("dead", "Dead letters", 0)]

    assert list_figures(quiet) == ""
    assert list_figures(busy) == "webhooks that are due: 2, dead letters: 0"
