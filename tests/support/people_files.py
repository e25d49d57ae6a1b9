"""Files of people as a partnership sends them: a mentor and a trainee as rows, rows as a CSV file, and a workbook."""

import csv
import io
from collections.abc import Mapping

import openpyxl

MENTOR = {
    "staff_reference": "M-1",
    "given_name": "Amina",
    "family_name": "Farooq",
    "email": "amina@schools.example.org",
    "school_urn": "990001",
    "subjects": "physics",
    "phases": "secondary",
    "capacity_hours_per_week": "3",
    "role": "volunteer",
}
TRAINEE = {
    "provider_trainee_id": "T-1",
    "given_name": "Elif",
    "family_name": "Kaya",
    "email": "elif@trainees.example.org",
    "subject": "physics",
    "phase": "secondary",
    "training_route": "provider_led_postgrad",
    "course_starts_on": "2026-09-01",
    "course_ends_on": "2027-06-25",
    "home_easting": "429500",
    "home_northing": "434500",
    "travel_mode": "car",
    "travel_limit_minutes": "60",
}


def sheet(*rows: Mapping[str, str]) -> bytes:
    """Return the rows as a CSV file whose columns are those of the first row."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def save_workbook(workbook: openpyxl.Workbook) -> bytes:
    """Return the bytes of an Excel file with this workbook."""
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()
