"""Use cases of referral, one module for each aggregate: authorise, load, decide."""
