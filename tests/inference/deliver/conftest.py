"""What acts say is told in English, and the lake of each test is its own."""

from tests.datasets.conftest import _in_english, lake_folder, no_table_left

__all__ = ["_in_english", "lake_folder", "no_table_left"]
