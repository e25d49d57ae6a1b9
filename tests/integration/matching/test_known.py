"""Facts that referral publishes after the first ones, and their effect on a round."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events import referral
from tests.integration.matching.partnership import (
    JULY,
    RULES,
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)
from tests.support.services import eventually, publish_events


class Season:
    """One school with a mentor and a place, one trainee who waits."""

    def __init__(self, partnership: Partnership, rules: referral.ProgrammeRules = RULES) -> None:
        self.partnership = partnership
        self.programme = a_programme(rules)
        self.mentor, self.trainee, self.offer = a_mentor("900001", hours=3), a_trainee(), an_offer("900001")

    async def prepare(self, *more: Any) -> "Season":
        await self.partnership.hears(
            self.programme, a_school("900001"), self.mentor, self.offer, self.trainee,
            referral_accepted(self.programme, self.trainee), *more,
        )  # fmt: skip
        return self

    async def reasons(self) -> list[str]:
        """Why the round has no place; nothing where it has."""
        solved = await self.partnership.solve_round(self.programme)
        return [trainee["reason"] for trainee in solved["unplaced_trainees"]]

    def rules_changed(self, changes: dict[str, Any], on: date = JULY) -> referral.ProgrammeRulesChanged:
        """Return the event that the programme has these rules from a day on."""
        was = referral.RulesFrom(effective_from=date(2026, 1, 1), rules=self.programme.rules)
        rules = self.programme.rules.model_copy(update={"version": 2} | changes)
        return referral.ProgrammeRulesChanged(
            happened_on=JULY,
            programme_id=self.programme.programme_id,
            rules_version=2,
            stretches=(was, referral.RulesFrom(effective_from=on, rules=rules)),
        )

    def mentor_declared(self, **changes: Any) -> referral.MentorDeclared:
        """Return the event of what the mentor can be asked for."""
        usual: dict[str, Any] = {"role_kinds": ("general_mentor",), "facets": (), "load": {}, "available": ()}
        return referral.MentorDeclared(happened_on=JULY, mentor_id=self.mentor.mentor_id, **(usual | changes))


@pytest.mark.covers("M1", "R6")
async def test_hours_relations_and_days_of_a_mentor_bind(partnership: Partnership) -> None:
    season = await Season(partnership).prepare()
    autumn = referral.Availability(starts_on=date(2026, 9, 1), ends_on=date(2026, 10, 31))
    await partnership.hears(season.mentor_declared(available=(autumn,)))
    assert await season.reasons() == ["no_mentor_in_dates"]
    await partnership.hears(season.mentor_declared(load={"ect": 2.0}))
    assert await season.reasons() == ["mentor_hours_taken"]
    await partnership.hears(season.mentor_declared())
    family = referral.Related(other_id=season.trainee.trainee_id, kind="family")
    related = referral.RelationsRecorded(happened_on=JULY, mentor_id=season.mentor.mentor_id, relations=(family,))
    await partnership.hears(related)
    assert await season.reasons() == ["mentors_barred"]
    await partnership.hears(related.model_copy(update={"relations": ()}))
    assert await season.reasons() == []


@pytest.mark.covers("R7")
async def test_facts_of_a_merged_record_hold_for_the_kept_record(partnership: Partnership) -> None:
    season = await Season(partnership).prepare()
    kept = season.mentor.model_copy(update={"mentor_id": uuid4()})
    merged = referral.PeopleMerged(
        happened_on=JULY, merged_id=season.mentor.mentor_id, kept_id=kept.mentor_id, kind="mentor"
    )
    await partnership.hears(season.mentor_declared(load={"ect": 2.0}), kept, merged)
    assert await season.reasons() == ["mentor_hours_taken"]
    await partnership.hears(season.mentor_declared().model_copy(update={"mentor_id": kept.mentor_id}))
    trainee = season.trainee.model_copy(update={"trainee_id": uuid4()})
    deferred = referral.TraineeStandingChanged(
        happened_on=JULY, trainee_id=season.trainee.trainee_id, standing="deferred"
    )
    merged = merged.model_copy(
        update={"merged_id": season.trainee.trainee_id, "kept_id": trainee.trainee_id, "kind": "trainee"}
    )
    await partnership.hears(deferred, trainee, merged)
    assert (await partnership.round(season.programme)).status_code == 409


@pytest.mark.covers("M1")
async def test_training_is_asked_for_from_the_day_on_that_the_rules_do(partnership: Partnership) -> None:
    season = await Season(partnership).prepare()
    await partnership.hears(season.rules_changed({"asks_training": True}, on=date(2026, 7, 10)))
    assert await season.reasons() == ["no_mentor_ready"]
    await partnership.hears(
        referral.TrainingLogged(
            happened_on=JULY,
            mentor_id=season.mentor.mentor_id,
            training_id=uuid4(),
            provider="North Star",
            academic_year="2026/27",
            kind="initial",
            hours=6,
        )
    )
    assert await season.reasons() == []


async def test_a_rule_of_a_later_day_does_not_bind_before_it(partnership: Partnership) -> None:
    season = await Season(partnership).prepare()
    await partnership.hears(season.rules_changed({"asks_training": True}, on=date(2026, 7, 11)))
    assert await season.reasons() == []


@pytest.mark.covers("M5")
async def test_a_partnership_sets_how_long_both_sides_have_to_answer(partnership: Partnership) -> None:
    season = await Season(partnership, RULES.model_copy(update={"answer_within": 3, "remind_after": 1})).prepare()
    (pair,) = (await partnership.solve_round(season.programme))["pairs"]
    (proposed,) = await partnership.fetch(
        "select body from events where tenant = $1 and stream = $2 and version = 1",
        partnership.tenant,
        f"pair-{pair['pair_id']}",
    )
    assert '"answer_within": 3' in proposed["body"].replace(":3", ": 3")


@pytest.mark.covers("R7")
async def test_a_trainee_who_deferred_is_matched_only_after_they_return(partnership: Partnership) -> None:
    season = await Season(partnership).prepare()
    deferred = referral.TraineeStandingChanged(
        happened_on=JULY, trainee_id=season.trainee.trainee_id, standing="deferred"
    )
    await partnership.hears(deferred)
    assert (await partnership.round(season.programme)).status_code == 409
    await partnership.hears(deferred.model_copy(update={"standing": "in_training"}))
    assert await season.reasons() == []


@pytest.mark.covers("R5")
async def test_routes_confirmation_and_appetite_decide_which_offers_count(partnership: Partnership) -> None:
    rules = RULES.model_copy(update={"offer_stale_days": 90, "leave_stale_offers_out": True})
    season = Season(partnership, rules)
    season.trainee = season.trainee.model_copy(update={"route_kind": "fee"})
    await season.prepare()
    for changes, reason in (
        ({"routes": ("salaried",)}, "no_offer_for_route"),
        ({"last_confirmed_on": date(2026, 1, 5)}, "offers_not_confirmed"),
    ):
        await partnership.hears(season.offer.model_copy(update=changes))
        assert await season.reasons() == [reason]
    await partnership.hears(season.offer.model_copy(update={"last_confirmed_on": JULY}))
    closed = referral.AppetiteSaid(
        happened_on=date(2026, 7, 3), school_urn="900001", academic_year="2026/27", appetite="not_open"
    )
    await partnership.hears(closed)
    assert await season.reasons() == ["no_offer_in_subject"]
    await partnership.hears(season.offer.model_copy(update={"last_confirmed_on": date(2026, 7, 4)}))
    assert await season.reasons() == []


@pytest.mark.covers("R5")
async def test_places_shared_by_two_schools_are_given_out_once_wherever_the_mentor_is(partnership: Partnership) -> None:
    season = Season(partnership)
    season.offer = season.offer.model_copy(update={"shared_with": ("900002",)})
    season.mentor = a_mentor("900002", hours=3)
    other = a_trainee()
    await season.prepare(a_school("900002"), other, referral_accepted(season.programme, other))
    solved = await partnership.solve_round(season.programme)
    (pair,) = solved["pairs"]
    assert (pair["school_urn"], pair["offer_id"]) == ("900002", str(season.offer.offer_id))
    assert [trainee["reason"] for trainee in solved["unplaced_trainees"]] == ["places_taken"]


@pytest.mark.covers("R2")
async def test_a_live_pair_at_a_school_that_was_succeeded_reads_as_at_the_successor(partnership: Partnership) -> None:
    season = await Season(partnership).prepare()
    (pair,) = (await partnership.solve_round(season.programme))["pairs"]
    await partnership.hears(
        a_school("900002"),
        referral.SchoolSucceeded(happened_on=JULY, urn="900001", successor_urn="900005"),
        a_school("900005"),
    )
    # by itself: of two events of a school only the first would be waited for
    await partnership.hears(referral.SchoolSucceeded(happened_on=JULY, urn="900005", successor_urn="900002"))
    found = await partnership.read(f"/pairs/{pair['pair_id']}", who=partnership.school_lead("900002"))
    assert (found["school_urn"], found["school_name"]) == ("900002", "School 900002")
    assert await partnership.read("/pairs", who=partnership.school_lead("900001")) == []
    answer = await partnership.answers(pair, "refusal", partnership.school_lead("900002"), reason="We are full.")
    assert (answer.status_code, answer.json()["status"]) == (200, "declined")
    # what is over stays where it was
    assert (await partnership.read(f"/pairs/{pair['pair_id']}", after=answer))["school_urn"] == "900001"


@pytest.mark.covers("M2", "R4")
async def test_the_reason_of_a_referral_finds_a_mentor_who_is_strong_in_it(partnership: Partnership) -> None:
    rules = RULES.model_copy(
        update={"weights": {"strengths": 10}, "facets_by_reason": {"behaviour_management": ("behaviour",)}}
    )
    season = Season(partnership, rules)
    strong = a_mentor("900001", hours=3)
    programme_id, trainee_id = season.programme.programme_id, season.trainee.trainee_id
    joined = referral.ReferralAccepted(
        happened_on=JULY, referral_id=uuid4(), programme_id=programme_id, trainee_id=trainee_id
    )
    made = referral.ReferralMade(
        **joined.model_dump(include={"happened_on", "referral_id", "programme_id", "trainee_id"}),
        purpose="challenge",
        reasons=("behaviour_management", "general_placement"),
    )
    await partnership.hears(
        season.programme, a_school("900001"), season.mentor, strong, season.offer, season.trainee, made, joined,
        referral.MentorDeclared(
            happened_on=JULY, mentor_id=strong.mentor_id, role_kinds=("general_mentor",), facets=("behaviour",),
            load={}, available=(),
        ),
    )  # fmt: skip
    (pair,) = (await partnership.solve_round(season.programme))["pairs"]
    assert (UUID(pair["mentor_id"]), pair["cost"]) == (strong.mentor_id, 0)


@pytest.mark.covers("R8")
async def test_facts_about_an_erased_person_are_removed_and_new_facts_are_not_recorded(
    partnership: Partnership,
) -> None:
    season = await Season(partnership).prepare()
    mentor_id, trainee_id = season.mentor.mentor_id, season.trainee.trainee_id
    earlier = referral.EarlierPlacementsRecorded(
        happened_on=JULY, trainee_id=trainee_id, placements=(referral.EarlierPlacement(school_urn="900001"),)
    )
    family = referral.Related(other_id=trainee_id, kind="family")
    await partnership.hears(
        season.mentor_declared(),
        earlier,
        referral.RelationsRecorded(happened_on=JULY, mentor_id=mentor_id, relations=(family,)),
        referral.TraineeStandingChanged(happened_on=JULY, trainee_id=trainee_id, standing="deferred"),
    )
    for person in (mentor_id, trainee_id):
        await partnership.hears(referral.PersonErased(happened_on=JULY, person_id=person))
    tables = ("mentors", "mentor_terms", "relations", "trainees", "trainee_standings", "earlier_placements")
    for table in tables:
        rows = await partnership.fetch(f"select * from {table} where tenant = $1", partnership.tenant)
        assert rows == [], table
    # the same stream is heard in order: when the school is known, what came before it was heard
    stream = f"mentor_terms-{mentor_id}"
    for event in (season.mentor_declared(load={"itt": 1}), a_school("900003")):
        await publish_events(partnership.platform, "referral", partnership.tenant, stream, event)

    async def has_heard_of_school() -> bool:
        return bool(await partnership.fetch(streams, partnership.tenant, "school-900003"))

    streams = "select version from streams where tenant = $1 and stream = $2"
    await eventually(has_heard_of_school)
    (terms,) = await partnership.fetch(streams, partnership.tenant, stream)
    assert terms["version"] == 1
