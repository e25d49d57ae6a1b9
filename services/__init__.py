"""The services, each a bounded context. All that a service knows of another is in `shared.events`."""
