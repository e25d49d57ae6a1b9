"""What `alongside status` shows of read models that are behind."""

from alongside.cli.status import name_those_behind
from shared.kernel.postgres.status import Progress


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
