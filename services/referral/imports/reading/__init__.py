"""Read import files: bytes in, checked rows and an error for each wrong cell out."""
