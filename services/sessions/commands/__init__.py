"""Commands of sessions: authorise by the policy, load, decide, and answer with a model."""
