"""The catalogue of subjects."""

import pytest

from services.referral.domain.subjects import BY_CODE, SUBJECTS, nearest_names, subject_called

pytestmark = pytest.mark.covers("R3")


def test_no_name_or_code_means_two_subjects() -> None:
    names = [
        name.casefold()
        for subject in SUBJECTS
        for name in {subject.code, subject.name.casefold(), *map(str.casefold, subject.also_called)}
    ]
    assert len(names) == len(set(names))
    codes = [subject.hecos for subject in SUBJECTS if subject.hecos]
    assert len(codes) == len(set(codes))
    assert len(BY_CODE) == len(SUBJECTS)


@pytest.mark.parametrize("text", ["Mathematics", "mathematics", "MATHS", "100403", "  Maths  "])
def test_a_subject_is_known_by_any_of_its_names(text: str) -> None:
    subject = subject_called(text)
    assert subject is not None
    assert subject.code == "mathematics"


def test_an_unknown_subject_is_none_and_has_no_nearest_names() -> None:
    assert subject_called("zzzz") is None
    assert nearest_names("zzzz") == ()
    assert nearest_names("modern langages")[0] == "Modern languages"
