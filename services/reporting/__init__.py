"""What the partnership can answer for: others' events in, answers out."""
