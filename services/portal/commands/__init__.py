"""Use cases of the portal: load, decide, append; who may do it is asked of the policy."""
