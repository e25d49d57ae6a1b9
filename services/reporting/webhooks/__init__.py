"""Webhooks: the worker sends the events of a partnership to addresses outside, signed, in order, at least once."""
