"""The pages of the datasets."""

from apps.datasets.views.api_tab import api
from apps.datasets.views.builds import ask_for_build, build, build_progress, cancel_build
from apps.datasets.views.designing import change_design, delete_dataset, new_dataset, settings
from apps.datasets.views.dictionary import dictionary, dictionary_csv
from apps.datasets.views.export import export
from apps.datasets.views.listing import datasets
from apps.datasets.views.overview import dataset
from apps.datasets.views.recipe import recipe
from apps.datasets.views.rejects import export_rejects, rejects
from apps.datasets.views.rows import rows
from apps.datasets.views.versions import version, version_file, versions

__all__ = [
    "api",
    "ask_for_build",
    "build",
    "build_progress",
    "cancel_build",
    "change_design",
    "dataset",
    "datasets",
    "delete_dataset",
    "dictionary",
    "dictionary_csv",
    "export",
    "export_rejects",
    "new_dataset",
    "recipe",
    "rejects",
    "rows",
    "settings",
    "version",
    "version_file",
    "versions",
]
