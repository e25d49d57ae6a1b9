"""What happens between a mentor and a trainee, and who may judge it: pure, one file an aggregate."""
