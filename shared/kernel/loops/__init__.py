"""The loops that follow a store or a log: relay, consumer, projector, dispatcher."""
