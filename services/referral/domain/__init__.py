"""The aggregates of referral as pure functions, one module each: events, commands, state, decide, evolve."""
