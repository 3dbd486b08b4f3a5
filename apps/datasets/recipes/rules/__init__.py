"""The kinds of quality rules, by name. A module put here is a kind of rule: nothing else is to be done."""

from collections.abc import Iterator
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules

from apps.datasets.recipes.rules.base import ColumnsRule, RowRule, Rule

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def _kinds(among: list[type[Rule]]) -> Iterator[type[Rule]]:
    """Those of these classes, and of those under them, that are not abstract."""
    for each in among:
        if isabstract(each):
            yield from _kinds(each.__subclasses__())
        else:
            yield each


RULES: tuple[type[Rule], ...] = tuple(sorted(_kinds(Rule.__subclasses__()), key=lambda kind: kind.__module__))
# By the word that recipes write.
RULE_KINDS: dict[str, type[Rule]] = {kind.model_fields["rule"].annotation.__args__[0]: kind for kind in RULES}  # type: ignore[union-attr]  # a Literal

__all__ = ["RULES", "RULE_KINDS", "ColumnsRule", "RowRule", "Rule"]
