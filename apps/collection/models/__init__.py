"""The rows of the collection: what is collected, each time it was, and what came of it."""

from apps.collection.models.landing import Checkpoint, Rejection, RunEvent, Segment
from apps.collection.models.queries import QueryVersion
from apps.collection.models.runs import Run
from apps.collection.models.sources import Source, StoredFile

__all__ = ["Checkpoint", "QueryVersion", "Rejection", "Run", "RunEvent", "Segment", "Source", "StoredFile"]
