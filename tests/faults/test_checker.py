"""The checker finds what it looks for: each kind of loss, doubling and disorder, planted in evidence that was sound."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from shared.events import Envelope
from tests.faults import checker, marks, schedule
from tests.faults.evidence import Event, Message
from tests.faults.history import Attempt, Command, History, Lost, Outcome

TENANT = "north-star"


def event(position: int, stream: str = "offer-1", version: int | None = None, **others: Any) -> Event:
    made = Event(
        position=position,
        id=uuid4(),
        tenant=TENANT,
        stream=stream,
        version=version or position,
        type="referral.offer_recorded",
        schema_version=1,
        body="{}",
        actor=f"command-{position}",
        causation_id=None,
    )
    return replace(made, **others)


def message(of: Event, value: bytes | None = b"{}") -> Message:
    envelope = Envelope(
        id=of.id,
        type=of.type,
        version=1,
        source="urn:alongside:referral",
        subject=of.stream,
        time=datetime.now(UTC),
        tenant=of.tenant,
        sequence=of.position,
        correlation_id=uuid4(),
    )
    return Message(0, of.position, f"{of.tenant}/{of.stream}", value, envelope)


def history(*outcomes: Outcome) -> History:
    return History(
        [
            Command(
                f"command-{n}",
                "offer",
                "/offers",
                {},
                {"referral.offer_recorded": 1},
                attempts=[Attempt(outcome, 201, n)],
            )
            for n, outcome in enumerate(outcomes, 1)
        ]
    )


def due(*events: Event) -> list[tuple[Event, bytes | None]]:
    return [(event, b"{}") for event in events]


def check_commands(history: History, events: list[Event], service: str = "referral") -> list[str]:
    return checker.check_commands(service, history, events)


ONE, TWO, THREE = event(1), event(2), event(3)
NOTHING = Lost()


def test_commands_that_are_stored_as_they_were_answered_are_sound() -> None:
    assert check_commands(history("ok", "ok", "refused", "unknown"), [ONE, TWO]) == []
    assert check_commands(history("unknown"), [ONE]) == []


def test_an_acknowledged_command_without_its_event_is_found() -> None:
    assert len(check_commands(history("ok", "ok"), [ONE])) == 1


def test_a_command_stored_twice_is_found_whatever_its_outcome() -> None:
    twice = [ONE, replace(TWO, actor=ONE.actor)]
    assert check_commands(history("ok"), twice)
    assert check_commands(history("unknown"), twice)


def test_a_refused_command_with_an_event_is_found() -> None:
    assert len(check_commands(history("refused"), [ONE])) == 1


def test_half_a_command_is_found() -> None:
    whole = Command("command-1", "confirm", "/", {}, {ONE.type: 2}, attempts=[Attempt("unknown")])
    assert len(check_commands(History([whole]), [ONE])) == 1


def test_an_event_that_nobody_asked_for_is_found() -> None:
    assert len(check_commands(history("ok"), [ONE, TWO])) == 1


def test_a_command_that_was_acknowledged_elsewhere_than_it_is_stored_is_found() -> None:
    assert len(check_commands(history("ok"), [replace(ONE, position=7)])) == 1


def test_in_sessions_an_event_tells_by_what_it_is_about_whose_it_is() -> None:
    meeting_id = f"{uuid4()}"
    held = event(1, type="sessions.meeting_held", body=json.dumps({"meeting_id": meeting_id}), actor="a mentor")
    planned = event(2, type="sessions.meeting_planned", actor="system")
    command = Command(
        "1",
        "meet",
        "/",
        {},
        {held.type: 1},
        "sessions",
        mark=marks.meeting(meeting_id),
        attempts=[Attempt("ok", 201, 1)],
    )
    assert check_commands(History([command]), [held, planned], "sessions") == []
    assert len(check_commands(History([command]), [planned], "sessions")) == 1
    assert len(check_commands(History([]), [held], "sessions")) == 1
    assert check_commands(History([command]), [], "referral") == []


def test_a_pair_without_a_relationship_and_a_relationship_of_no_pair_are_found() -> None:
    pair, other = uuid4(), uuid4()
    confirmed = event(1, f"pair-{pair}", type=checker.CONFIRMED)
    opened = event(1, f"relationship-{pair}", type=checker.OPENED)
    assert checker.check_relationships([confirmed], [opened]) == []
    assert len(checker.check_relationships([confirmed], [])) == 1
    assert len(checker.check_relationships([confirmed], [opened, opened])) == 1
    assert len(checker.check_relationships([confirmed], [opened, replace(opened, stream=f"relationship-{other}")])) == 1


def test_a_gap_in_a_stream_is_found() -> None:
    assert checker.check_streams([ONE, TWO], {(TENANT, "offer-1"): 2}) == []
    assert checker.check_streams([ONE, THREE], {(TENANT, "offer-1"): 3})


def test_a_published_copy_is_sound_and_one_that_comes_late_again_too() -> None:
    first, second = message(ONE), message(TWO)
    assert checker.check_publication(due(ONE, TWO), [first, second, first], NOTHING) == []


def test_a_lost_a_swapped_an_altered_and_an_invented_message_are_found() -> None:
    assert len(checker.check_publication(due(ONE, TWO), [message(ONE)], NOTHING)) == 1
    assert len(checker.check_publication(due(ONE, TWO), [message(TWO), message(ONE)], NOTHING)) == 1
    assert len(checker.check_publication(due(ONE), [message(ONE, b"[]")], NOTHING)) == 1
    assert len(checker.check_publication(due(ONE), [message(ONE), message(TWO)], NOTHING)) == 1


def test_a_name_that_outlives_its_erasure_is_found() -> None:
    key = f"{TENANT}/{ONE.stream}"
    assert checker.check_compaction([(key, b"{}"), (key, None)], [message(ONE), message(TWO, None)], NOTHING) == []
    assert len(checker.check_compaction([(key, b"{}"), (key, None)], [message(ONE)], NOTHING)) == 1


def test_an_event_that_was_not_kept_or_kept_twice_or_out_of_order_is_found() -> None:
    assert checker.check_records(due(ONE, TWO), [ONE, TWO], NOTHING) == []
    assert len(checker.check_records(due(ONE, TWO), [ONE], NOTHING)) == 1
    assert checker.check_records(due(ONE), [ONE, ONE], NOTHING)
    assert checker.check_records(due(ONE, TWO), [replace(ONE, position=9), replace(TWO, position=8)], NOTHING)


def _effect(of: Event, position: int) -> Event:
    return event(position, "known-1", causation_id=of.id)


def test_an_effect_that_is_missing_doubled_or_out_of_order_is_found() -> None:
    assert checker.check_effects([ONE, TWO], [_effect(ONE, 1), _effect(TWO, 2)], NOTHING) == []
    assert len(checker.check_effects([ONE, TWO], [_effect(ONE, 1)], NOTHING)) == 1
    assert len(checker.check_effects([ONE], [_effect(ONE, 1), _effect(ONE, 2)], NOTHING)) == 1
    assert len(checker.check_effects([ONE, TWO], [_effect(TWO, 1), _effect(ONE, 2)], NOTHING)) == 1


def test_a_person_who_was_recorded_has_no_effect_after_their_erasure_only() -> None:
    recorded, erased = event(1, "person-1", type="referral.mentor_recorded"), event(2, "person-1", type=checker.ERASED)
    assert checker.check_effects([recorded, erased], [_effect(erased, 1)], NOTHING) == []
    assert len(checker.check_effects([recorded, erased], [], NOTHING)) == 2
    offered = replace(recorded, type="referral.trainee_recorded")
    assert len(checker.check_effects([offered, erased], [_effect(erased, 1)], NOTHING)) == 1
    later = replace(recorded, position=3)
    assert len(checker.check_effects([erased, later], [_effect(erased, 1)], NOTHING)) == 1


def test_events_lost_with_a_restored_backup_may_be_in_topics_and_in_other_services() -> None:
    lost = Lost({TWO.id}, {TWO.actor}, {TWO.actor}, {f"{TENANT}/{TWO.stream}"})
    assert check_commands(replace(history("ok", "ok"), lost=lost), [ONE]) == []
    assert checker.check_publication(due(ONE), [message(ONE), message(TWO)], lost) == []
    assert checker.check_records(due(ONE), [ONE, TWO], lost) == []
    assert checker.check_records(due(ONE), [TWO], lost)


def test_a_seed_draws_the_same_faults_with_the_same_choices() -> None:
    first, second = (schedule.first(30, schedule.draw_faults("4", schedule.ALL)) for _ in range(2))
    assert [(fault.name, random.random()) for fault, random in first] == [
        (fault.name, random.random()) for fault, random in second
    ]


def test_a_check_that_failed_stays_in_the_result_although_it_passes_later() -> None:
    result = schedule.RunResult(seed=1)

    result.judge("kafka away", [checker.Check("heard", 7, ["two events came too late"])])
    result.judge("replicas", [checker.Check("heard", 9, [])])

    assert result.broken == ["after kafka away, heard: 1 wrong, first ['two events came too late']"]
    assert [check.looked_at for check in result.checks] == [9]
