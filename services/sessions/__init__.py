"""Sessions: mentoring relationships and their record."""
