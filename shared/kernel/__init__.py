"""Domain-free machinery: event store, relay, consumer, projector, and what HTTP, tenants, keys and logs need."""
