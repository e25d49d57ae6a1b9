"""The demo partnership: its people and files, its stories, and their reports."""
