"""Portal: the pages that people see, who may sign in as whom, and what they want to be reminded of."""
