"""The parts of a service: its definition, its two roles (API and worker), its health, its command line."""
