"""Queries of referral: from read tables to answers, one module for each aggregate."""
