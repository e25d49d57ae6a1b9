"""A service of the project: its definition, its two roles (API and worker), its health, its command line."""
