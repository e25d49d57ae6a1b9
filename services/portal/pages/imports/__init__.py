"""Files of people, schools and offers: sent, checked, corrected, recorded, undone."""
