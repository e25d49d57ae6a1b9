"""What happens between a mentor and a trainee, and who may assess the trainee: pure, one file for each aggregate."""
