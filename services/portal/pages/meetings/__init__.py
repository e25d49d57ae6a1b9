"""The weekly meeting: record it, or that it did not take place, and correct it."""
