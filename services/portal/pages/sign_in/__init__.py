"""Sign in, choose a role, switch it, sign out."""
