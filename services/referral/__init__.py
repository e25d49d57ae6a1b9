"""Referral: who needs support, who can give it; people, schools, offers, programmes."""
