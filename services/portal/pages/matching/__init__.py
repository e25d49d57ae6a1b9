"""The matching board: what is missing, rounds and scenarios, each pair explained, what breaks, repairs, proposals."""
