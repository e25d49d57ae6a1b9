"""Code that all services share: the public events, and machinery without domain knowledge."""
