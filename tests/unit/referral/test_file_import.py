"""Files that are confirmed."""

from datetime import date
from uuid import UUID

import pytest

from services.referral.domain.file_import import IMPORT, Confirm, Effect, ImportConfirmed
from tests.words import given

pytestmark = pytest.mark.covers("R3")

FILE = UUID("00000000-0000-4000-8000-00000000000f")
EFFECT = Effect(new=3, unchanged=1)
CONFIRM = Confirm(import_id=FILE, kind="offers", effect=EFFECT, on=date(2026, 7, 1))
CONFIRMED = ImportConfirmed(happened_on=date(2026, 7, 1), import_id=FILE, kind="offers", effect=EFFECT)


def test_a_file_is_confirmed() -> None:
    given(IMPORT).when(CONFIRM).then(CONFIRMED)


def test_a_file_is_confirmed_once() -> None:
    later = CONFIRM.model_copy(update={"effect": Effect(unchanged=4)})
    given(IMPORT, CONFIRMED).when(later).then()
