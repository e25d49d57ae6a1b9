"""When trainees were not in training, by the records of each, which several reports share."""

ABSENCES = """
    select coalesce(k.kept_id, s.trainee_id) as trainee_id, a.reason, a.since, a.until
    from recorded_statuses s left join kept_records k on k.merged_id = s.trainee_id
    cross join lateral jsonb_to_recordset(s.absences) as a (reason text, since date, until date)
    where k.kept_id is null or a.until is not null"""
"""Absences of trainees, for a query that begins with the reader's `current_rows`: without `until` they go on.

Those of a merged record count as far as they have ended: what holds now the kept record says.
"""
