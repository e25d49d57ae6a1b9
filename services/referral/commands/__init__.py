"""Use cases of referral, a module for each thing they are about: authorise, load, decide."""
