"""Find subjects that a command names."""

from services.referral.domain.subjects import Subject, nearest_names, subject_called
from shared.kernel.decider import Invalid


def subject_named(text: str) -> Subject:
    """Find the subject of this name, code or other common name; raises `Invalid` with the nearest names."""
    subject = subject_called(text)
    if subject is None:
        near = " or ".join(nearest_names(text))
        raise Invalid(f"This subject is not known.{f' Did you mean {near}?' if near else ''}", pointer="/subject")
    return subject
