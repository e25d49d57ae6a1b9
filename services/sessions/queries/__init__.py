"""Queries of sessions: typed answers beside the SQL that fills them.

Texts are decrypted only for those who may read them.
"""
