"""The feed: the public events of a partnership in the order in which reporting recorded them, for others to read."""
