"""Lessons that are observed, from the plan to the conversation, and feedback in writing."""
