"""What runs recipes: DuckDB over Parquet files. Importing it is cheap; DuckDB and Ibis are loaded by the first use."""

from apps.datasets.engine.cleaning import Cleaned, Preview, clean, preview
from apps.datasets.engine.connecting import connect, never
from apps.datasets.engine.rejects import Reason, ReasonCount, Reject, RejectsPage, rejects_page

__all__ = [
    "Cleaned",
    "Preview",
    "Reason",
    "ReasonCount",
    "Reject",
    "RejectsPage",
    "clean",
    "connect",
    "never",
    "preview",
    "rejects_page",
]
