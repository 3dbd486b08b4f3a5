"""The datasets that are made from a source, on the page of that source."""

from collections.abc import Sequence
from typing import Any

from apps.collection.readers import SourceReader
from apps.core.interface import Stage, Viewer
from apps.datasets.interface import dataset_stage
from apps.datasets.models import Dataset
from apps.datasets.standing import latest_builds


def stages(source: Any, viewer: Viewer) -> Sequence[Stage]:
    """One lock for each dataset whose recipe reads this source, among those that the viewer may see."""
    reading = Dataset.objects.visible_to(viewer).filter(entities__recipe__dependencies__source=source).distinct()
    datasets: list[Dataset] = list(reading.select_related("current_version"))
    builds = latest_builds(datasets) if viewer.has_perm("datasets.view_build") else {}
    return [dataset_stage(dataset, builds.get(dataset.pk)) for dataset in datasets]


DECLARED = [SourceReader(stages=stages)]
