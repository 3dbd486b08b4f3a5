"""The datasets that are made from a source, on the page of that source."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import ngettext

from apps.collection.readers import SourceReader
from apps.core.interface import Stage, Viewer
from apps.core.numbers import format_number
from apps.datasets.interface import RANK
from apps.datasets.models import Dataset
from apps.datasets.standing import latest_builds, standing_of


def stages(source: Any, viewer: Viewer) -> Sequence[Stage]:
    """One lock for each dataset whose recipe reads this source, among those that the viewer may see."""
    reading = Dataset.objects.visible_to(viewer).filter(entities__recipe__source=source)
    datasets: list[Dataset] = list(reading.select_related("current_version"))
    builds = latest_builds(datasets) if viewer.has_perm("datasets.view_build") else {}
    return [_stage(dataset, builds.get(dataset.pk)) for dataset in datasets]


def _stage(dataset: Dataset, last: Any) -> Stage:
    version = dataset.current_version
    standing = standing_of(version=version, last=last)
    return Stage(
        label=dataset.name,
        rank=RANK,
        gate=standing.gate,
        url=dataset.get_absolute_url(),
        figure=format_number(version.rows) if version else "",
        unit=ngettext("row published", "rows published", version.rows) if version else "",
        gate_note=standing.sentence,
        is_held=standing.is_held and version is not None,
    )


DECLARED = [SourceReader(stages=stages)]
