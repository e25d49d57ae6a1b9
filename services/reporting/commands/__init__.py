"""Commands of reporting: about webhooks and exports. It has no events of its own, so they change rows."""
