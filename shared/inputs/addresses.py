"""E-mail addresses that a mail can go to, as people send them: stricter than the standard, which allows more."""

_PART = r'[^@\s.,;:<>()\[\]"\\/|]+'
EMAIL_ADDRESS = rf"^{_PART}(?:\.{_PART})*@{_PART}(?:\.{_PART})+$"
"""The pattern of an e-mail address: parts between full stops, and a full stop after the @."""
