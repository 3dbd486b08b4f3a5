"""The rows that describe datasets; their own rows live in tables of schema `data` (see `tables.py`)."""

from apps.datasets.models.builds import Build, BuildOutput, Version, VersionTable
from apps.datasets.models.datasets import Column, Dataset, Entity, ask_levels, level_of_roles
from apps.datasets.models.grants import Grant, GroupViewer, name_of_group
from apps.datasets.models.receipts import Receipt
from apps.datasets.models.recipes import Recipe, RecipeDependency
from apps.datasets.models.sql_access import SqlAccess

__all__ = [
    "Build",
    "BuildOutput",
    "Column",
    "Dataset",
    "Entity",
    "Grant",
    "GroupViewer",
    "Receipt",
    "Recipe",
    "RecipeDependency",
    "SqlAccess",
    "Version",
    "VersionTable",
    "ask_levels",
    "level_of_roles",
    "name_of_group",
]
