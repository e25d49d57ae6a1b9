"""Whoever is erased acts no more: what names them ends, and what comes after is refused."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.events import referral
from tests.integration.matching.partnership import (
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)

pytestmark = pytest.mark.covers("R8")
ERASED_ON = date(2026, 7, 14)


class Placement:
    """A trainee with a confirmed pair, and a support that hangs on it."""

    def __init__(self, partnership: Partnership) -> None:
        self.partnership = partnership
        self.programme, self.trainee, self.mentor = a_programme(), a_trainee(), a_mentor("900001", hours=3)
        self.buddy = a_mentor("900001", subject="music")

    async def prepare(self, *, confirmed: bool = True) -> "Placement":
        partnership, buddy = self.partnership, self.buddy
        declared = referral.MentorDeclared(
            happened_on=date(2026, 7, 1),
            mentor_id=buddy.mentor_id,
            role_kinds=("buddy",),
            facets=(),
            load={},
            available=(),
        )
        await partnership.hears(
            self.programme, a_school("900001"), self.mentor, buddy, declared, an_offer("900001", places=2),
            self.trainee, referral_accepted(self.programme, self.trainee),
        )  # fmt: skip
        (self.pair,) = (await partnership.solve_round(self.programme))["pairs"]
        if confirmed:
            for side in ("mentor", "trainee"):
                await partnership.answers(self.pair, "acceptance", partnership.lead(), side=side)
        return self

    async def confirm_support(self) -> dict[str, Any]:
        """Request, propose and confirm a support of the trainee by the buddy; return it."""
        asked = await self.send("PUT", f"/people/{self.trainee.trainee_id}/asks", {"on": "2026-07-12", "buddy": True})
        assert asked.status_code == 200, asked.text
        await self.partnership.read("/pairs")
        found = await self.send(
            "POST", "/constellations", {"programme_id": str(self.programme.programme_id), "on": "2026-07-12"}
        )
        (support,) = found.json()["found"]
        for side in ("mentor", "mentee"):
            answer = await self.send(
                "POST", f"/supports/{support['support_id']}/acceptance", {"on": "2026-07-13", "side": side}
            )
        assert answer.json()["status"] == "confirmed", answer.text
        return dict(support)

    async def send(self, how: str, path: str, body: dict[str, Any]) -> httpx.Response:
        """A request of the lead."""
        return await self.partnership.platform["matching"].request(
            how, path, json=body, headers=self.partnership.lead()
        )

    async def erases(self, person_id: UUID) -> None:
        await self.partnership.hears(referral.PersonErased(happened_on=ERASED_ON, person_id=person_id))
        await self.partnership.rests()


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("side", ["mentor", "trainee"])
async def test_the_pair_of_an_erased_person_is_withdrawn_and_refuses_later_commands(
    partnership: Partnership, side: str, confirmed: bool
) -> None:
    placement = await Placement(partnership).prepare(confirmed=confirmed)

    await placement.erases(UUID(placement.pair[f"{side}_id"]))

    (pair,) = await partnership.read("/pairs")
    assert (pair["status"], pair["withdrawn_because"], pair["changed_on"]) == (
        "withdrawn", f"{side}_left", "2026-07-14",
    )  # fmt: skip
    path, on = f"/pairs/{pair['pair_id']}", {"on": "2026-07-15"}
    for how, what, body in (
        ("POST", "acceptance", on | {"side": "mentor"}),
        ("POST", "refusal", on | {"side": "trainee"}),
        ("PUT", "lock", on),
    ):
        refused = await placement.send(how, f"{path}/{what}", body)
        assert (refused.status_code, refused.json()["type"]) == (410, "urn:alongside:problem:erased"), what
    # the other side, the place and the hours are free again
    other = a_trainee()
    await partnership.hears(a_mentor("900001", hours=3), other, referral_accepted(placement.programme, other))
    placed = {
        pair["trainee_id"] for pair in (await partnership.solve_round(placement.programme, "2026-07-16"))["pairs"]
    }
    assert str(other.trainee_id) in placed


@pytest.mark.parametrize("side", ["mentor_id", "mentee_id"])
async def test_the_support_of_an_erased_person_ends(partnership: Partnership, side: str) -> None:
    placement = await Placement(partnership).prepare()
    support = await placement.confirm_support()

    await placement.erases(UUID(support[side]))

    (seen,) = await partnership.read("/supports")
    assert (seen["status"], seen["ends_on"]) == ("ended", "2026-07-14")
    refused = await placement.send("POST", f"/supports/{support['support_id']}/end", {"on": "2026-07-15"})
    assert refused.status_code == 410, refused.text
    asked = await placement.send("PUT", f"/people/{support[side]}/asks", {"on": "2026-07-15", "buddy": True})
    assert asked.status_code == 410, asked.text
