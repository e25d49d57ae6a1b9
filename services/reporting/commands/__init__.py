"""Commands of reporting: about webhooks. It has no events of its own, so they change rows."""
