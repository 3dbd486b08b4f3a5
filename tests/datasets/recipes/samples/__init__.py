"""What each step does, value by value: run by every engine, each of which must give the same."""

from tests.datasets.recipes.samples import normal_forms, other_tables, texts, values
from tests.datasets.recipes.samples.sample import KEY, outcome

__all__ = ["KEY", "SAMPLES", "outcome"]

SAMPLES = texts.SAMPLES | values.SAMPLES | normal_forms.SAMPLES | other_tables.SAMPLES
