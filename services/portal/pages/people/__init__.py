"""Find a person by name: their record, what was recorded of it, and who has read reports about them."""
