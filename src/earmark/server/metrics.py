"""What the server counts and times, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LATENCIES_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The instruments of one server."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "earmark_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.latency = Histogram(
            "earmark_request_seconds",
            "Time from the head of a request to the end of its answer.",
            ("route",),
            buckets=LATENCIES_S,
            registry=self.registry,
        )
        self.stages = Histogram(
            "earmark_stage_seconds",
            "Time that a stage of an identification took.",
            ("stage",),
            buckets=LATENCIES_S,
            registry=self.registry,
        )
        self.decisions = Counter(
            "earmark_decisions", "Clips by what was decided.", ("status",), registry=self.registry
        )
        self.decode_errors = Counter(
            "earmark_decode_errors",
            "Clips that could not be decoded, by the error.",
            ("error",),
            registry=self.registry,
        )
        self.refusals = Counter(
            "earmark_refusals",
            "Requests that were refused, by the reason.",
            ("reason",),
            registry=self.registry,
        )
        self.listeners = Gauge("earmark_listeners", "Live connections.", registry=self.registry)
        self.waiting = Gauge(
            "earmark_clips_waiting", "Clips that wait for a processor.", registry=self.registry
        )
        self.tasks = Gauge(
            "earmark_tasks", "Tasks by their state.", ("state",), registry=self.registry
        )
        self.tracks = Gauge("earmark_tracks", "Tracks in the library.", registry=self.registry)
        self.catalogue = Gauge(
            "earmark_library_bytes",
            "Size of the library, by its part.",
            ("part",),
            registry=self.registry,
        )

    def text(self) -> bytes:
        """Return everything in Prometheus' own format."""
        return generate_latest(self.registry)
