"""Matching: places trainees with mentors in rounds, and collects both sides' answers to proposals."""
