"""The pages of the datasets."""

from apps.datasets.views.access import access, take_back_access
from apps.datasets.views.api_tab import api
from apps.datasets.views.builds import ask_for_build, build, build_progress, cancel_build
from apps.datasets.views.designing import delete_dataset, new_dataset, settings
from apps.datasets.views.dictionary import dictionary, dictionary_csv
from apps.datasets.views.differences import differences
from apps.datasets.views.documentation import (
    documentation,
    documentation_markdown,
    version_documentation,
    version_documentation_markdown,
)
from apps.datasets.views.export import export
from apps.datasets.views.lineage import lineage
from apps.datasets.views.listing import datasets
from apps.datasets.views.model import model, model_ddl, model_mocodo, model_yaml
from apps.datasets.views.noting import note, versions_feed
from apps.datasets.views.overview import dataset
from apps.datasets.views.quality import quality
from apps.datasets.views.recipe import recipe
from apps.datasets.views.recipe_editing import change_recipe
from apps.datasets.views.rejects import export_rejects, rejects
from apps.datasets.views.remodelling import change_model
from apps.datasets.views.restoring import restore_version
from apps.datasets.views.rows import rows
from apps.datasets.views.steps import recipe_steps
from apps.datasets.views.trying import api_try
from apps.datasets.views.versions import version, version_file, versions

__all__ = [
    "access",
    "api",
    "api_try",
    "ask_for_build",
    "build",
    "build_progress",
    "cancel_build",
    "change_model",
    "change_recipe",
    "dataset",
    "datasets",
    "delete_dataset",
    "dictionary",
    "dictionary_csv",
    "differences",
    "documentation",
    "documentation_markdown",
    "export",
    "export_rejects",
    "lineage",
    "model",
    "model_ddl",
    "model_mocodo",
    "model_yaml",
    "new_dataset",
    "note",
    "quality",
    "recipe",
    "recipe_steps",
    "rejects",
    "restore_version",
    "rows",
    "settings",
    "take_back_access",
    "version",
    "version_documentation",
    "version_documentation_markdown",
    "version_file",
    "versions",
    "versions_feed",
]
