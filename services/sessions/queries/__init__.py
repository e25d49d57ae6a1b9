"""Queries of sessions: typed answers beside the SQL that fills them. Texts are decrypted only for their people."""
