"""Signing in: identities that people show, sessions of their browsers, and tokens by which services know them."""
