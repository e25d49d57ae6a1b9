"""The services' HTTP, called as the person who looks at a page, with answers of a known type."""
