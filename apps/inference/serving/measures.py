"""What serving counts in each process, as it goes: read by Prometheus with the rest of the process (`core.exposition`).

Labels are models, slots and a few outcomes: nothing of who asks, nothing that whoever asks may invent.
"""

from functools import lru_cache

from prometheus_client import Counter, Histogram

REQUESTS = Counter("ecluse_model_requests_total", "Requests answered or refused.", ["model", "channel", "outcome"])
REFUSALS = Counter(
    "ecluse_model_refusals_total", "Requests refused, by the code of the error.", ["model", "channel", "code"]
)
ROWS = Counter("ecluse_model_rows_total", "Rows answered.", ["model", "slot"])
LATENCY = Histogram(
    "ecluse_model_seconds",
    "Time that the version takes to answer the rows of a request, once they are checked.",
    ["model"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0),
)
SHADOWS_LEFT_OUT = Counter(
    "ecluse_model_shadow_left_out_total", "Rows that a version in shadow was not asked.", ["model"]
)
LOG_WRITTEN = Counter("ecluse_prediction_log_written_total", "Predictions written to the log.")
LOG_DROPPED = Counter("ecluse_prediction_log_dropped_total", "Predictions that the log lost: its queue was full.")
SWAPS = Counter("ecluse_model_swaps_total", "Versions put in place in a process.", ["model", "outcome"])


@lru_cache(maxsize=1024)
def answered(model: str, channel: str) -> Counter:
    """Looking up a labelled child costs more than counting."""
    return REQUESTS.labels(model, channel, "answered")


@lru_cache(maxsize=1024)
def rows(model: str, slot: str) -> Counter:
    return ROWS.labels(model, slot)


@lru_cache(maxsize=1024)
def latency(model: str) -> Histogram:
    return LATENCY.labels(model)
