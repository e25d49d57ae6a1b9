"""Queries of sessions: typed answers next to the SQL that fills them.

Texts are decrypted only for those who may read them.
"""
