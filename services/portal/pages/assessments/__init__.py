"""Assessments from the first draft to an appeal, with what they rest on beside them."""
