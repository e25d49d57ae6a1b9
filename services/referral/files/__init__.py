"""Import files, read purely: bytes in, checked rows and one error per bad cell out."""
