"""What is read of meetings."""

MEETINGS = """
    select meeting_id, happened_on as "on", status, recorded_by, minutes, agenda_by, reason
    from meetings where relationship_id = $1 order by happened_on, meeting_id"""


MEETINGS_IN_WORDS = """
    select meeting_id, happened_on as "on", status, recorded_by, minutes, agenda_by, reason, discussed, reflection
    from meetings where relationship_id = $1 order by happened_on, meeting_id"""
