"""The loops of a worker: relay, consumer, projector, processes' followers, dispatcher. They name no server."""
