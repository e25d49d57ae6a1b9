"""Find subjects that a command names."""

from services.referral.domain.subjects import Subject, subject_called, unknown_subject
from shared.kernel.decider import Invalid


def subject_named(text: str) -> Subject:
    """Find the subject of this name, code or other common name; raises `Invalid` with the nearest names."""
    subject = subject_called(text)
    if subject is None:
        raise Invalid(unknown_subject(text), pointer="/subject")
    return subject
