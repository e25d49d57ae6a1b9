"""Who may sign in to a partnership, and as whom: pure, one file for each aggregate."""
