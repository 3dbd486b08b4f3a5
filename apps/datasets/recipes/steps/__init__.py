"""The steps of recipes, by name. A module put here is a step: nothing else is to be done."""

from importlib import import_module
from pkgutil import iter_modules

from apps.datasets.recipes.steps.base import Step

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

STEPS: tuple[type[Step], ...] = tuple(Step.__subclasses__())
