"""What a version learnt from, as far as one person may see it: version of the dataset, build, runs, sources."""

from typing import Any

from apps.accounts.models import User
from apps.datasets.models import Version as DatasetVersion
from apps.inference.models import ModelVersion


def origin_of(made: ModelVersion, viewer: User) -> dict[str, Any]:
    """What `_origin.html` and the page of a version tell."""
    learnt: DatasetVersion | None = made.training.dataset_version
    dataset = made.model.dataset
    if learnt is None or not dataset.is_visible_to(viewer):
        return {"learnt_from": None, "sees_builds": False, "runs": []}
    learnt.dataset = dataset
    sees_builds = dataset.shows_builds_to(viewer)
    return {
        "learnt_from": learnt,
        "sees_builds": sees_builds,
        "runs": learnt.build.runs.select_related("source").order_by("-pk") if sees_builds else [],
    }
