"""A school's pages: what it hosts, its mentors, proposals to answer, days to confirm."""
