"""A lake of its own, no table left, and what other modules do."""

from tests.datasets.conftest import _in_english, lake_folder, no_table_left

__all__ = ["_in_english", "lake_folder", "no_table_left"]
