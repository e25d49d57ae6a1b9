"""What is somebody's own: every item, who can see it and why, and who has read it."""
