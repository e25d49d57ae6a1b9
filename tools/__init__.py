"""What developers run and the platform never imports."""
