"""The demo partnership: its people and files, two runs through the platform, and a printed report of each."""
