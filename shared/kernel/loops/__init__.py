"""The loops of a worker: relay, consumer, projector, followers of processes, dispatcher. They name no server."""
