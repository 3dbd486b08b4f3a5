"""What runs recipes: DuckDB over Parquet files, with Spark where the instance has it (DATASET_ENGINE).

Importing it is cheap; engines and Ibis are loaded by the first use.
"""

from apps.datasets.engine.attending import never
from apps.datasets.engine.cleaning import clean, preview
from apps.datasets.engine.compiled import compiled
from apps.datasets.engine.connecting import bounded, connect, working_directory
from apps.datasets.engine.inputs import Landed, landing
from apps.datasets.engine.making import Base, Cleaned, Cleaning, Counts, Making, Preview, Update
from apps.datasets.engine.measuring import Measured, Measuring, measure
from apps.datasets.engine.rejects import Reason, ReasonCount, Reject, RejectsPage, rejects_page
from apps.datasets.engine.replaying import Made, Replayed, replay
from apps.datasets.engine.stages import Change, Stage, StageKind
from apps.datasets.engine.tracing import trace

__all__ = [
    "Base",
    "Change",
    "Cleaned",
    "Cleaning",
    "Counts",
    "Landed",
    "Made",
    "Making",
    "Measured",
    "Measuring",
    "Preview",
    "Reason",
    "ReasonCount",
    "Reject",
    "RejectsPage",
    "Replayed",
    "Stage",
    "StageKind",
    "Update",
    "bounded",
    "clean",
    "compiled",
    "connect",
    "landing",
    "measure",
    "never",
    "preview",
    "rejects_page",
    "replay",
    "trace",
    "working_directory",
]
