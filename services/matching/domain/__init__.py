"""The domain of matching, pure: facts of referral, rounds and their results, pairs, supports, wishes, processes."""
