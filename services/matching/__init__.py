"""The right people together: rounds, proposals and pairs."""
