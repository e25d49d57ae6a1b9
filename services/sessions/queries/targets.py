"""What is read of targets."""

TARGETS = """
    select target_id, set_on, set_by, due_on, status, reviewed_on
    from targets where relationship_id = $1 order by set_on, target_id"""


TARGETS_IN_WORDS = """
    select target_id, set_on, set_by, due_on, status, reviewed_on, text, measure, note
    from targets where relationship_id = $1 order by set_on, target_id"""
