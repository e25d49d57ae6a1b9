"""Use cases of sessions: authorise by relation, load, decide."""
