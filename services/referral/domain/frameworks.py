"""The areas of the curriculum frameworks that a programme can name.

Source: DfE, Initial Teacher Training and Early Career Framework (30 January 2024), in use since September 2025: a
curriculum that a trainee is entitled to, and no framework for assessment.
"""

from collections.abc import Mapping
from typing import Literal

from shared.events.practices import Area

Framework = Literal["ittecf", "teachers-standards", "mentor-standards-2016"]

AREAS: Mapping[Framework, tuple[Area, ...]] = {
    "ittecf": (
        Area(id="behaviour_management", text="Behaviour management"),
        Area(id="pedagogy", text="Pedagogy"),
        Area(id="curriculum", text="Curriculum"),
        Area(id="assessment", text="Assessment"),
        Area(id="professional_behaviours", text="Professional behaviours"),
    )
}
"""By framework, the areas to which entries and feedback are tagged; the others have none of their own."""
