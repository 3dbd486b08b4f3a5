"""The rows that describe datasets; their own rows live in tables of schema `data` (see `tables.py`)."""

from apps.datasets.models.builds import Build, Version
from apps.datasets.models.datasets import Column, Dataset, Entity, Recipe

__all__ = ["Build", "Column", "Dataset", "Entity", "Recipe", "Version"]
