"""Domain-free machinery: event store, relay, consumer, projector, and support for HTTP, tenants, keys and logs."""
