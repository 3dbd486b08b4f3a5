"""Units of measure: what pint knows of them, asked once when a recipe is checked or compiled, never for a row."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    import pint


class NotConvertible(ValueError):
    """Why one unit does not become the other, in words."""


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """A measure times `factor`, plus `offset`."""

    factor: float
    offset: float


@cache
def conversion(unit: str, to: str) -> Conversion:
    """Raises NotConvertible: a unit is not known, they do not measure the same, or not by the same kind of scale."""
    import pint

    source, target = _known(unit), _known(to)
    try:
        at = [_registry().Quantity(Fraction(each), source).to(target).magnitude for each in (0, 1, 2)]
    except pint.DimensionalityError:
        raise NotConvertible(
            _("“%(unit)s” and “%(to)s” do not measure the same thing.") % {"unit": unit, "to": to}
        ) from None
    except (ArithmeticError, ValueError, TypeError):
        at = [Fraction(0), Fraction(0), Fraction(1)]
    if at[2] - at[1] != at[1] - at[0]:
        raise NotConvertible(
            _("“%(unit)s” does not become “%(to)s” by a multiplication: it cannot be converted here.")
            % {"unit": unit, "to": to}
        )
    return Conversion(factor=float(at[1] - at[0]), offset=float(at[0]))


def is_same_unit(one: str, other: str) -> bool:
    """Whether both name the same unit; one that pint does not know is only the same as itself."""
    try:
        return one == other or _known(one) == _known(other)
    except NotConvertible:
        return False


def _known(written: str) -> "pint.Unit":
    """Raises NotConvertible."""
    import pint

    try:
        return _registry().Unit(written)
    # pint evaluates what is written as an expression, and says in many ways that it is none.
    except (
        pint.PintError,
        AttributeError,
        ValueError,
        TypeError,
        ArithmeticError,
        SyntaxError,
        AssertionError,
        LookupError,
    ):
        raise NotConvertible(_("“%(unit)s” is no unit that is known.") % {"unit": written}) from None


@cache
def _registry() -> "pint.UnitRegistry[Any]":
    """Exact: factors are rounded once, in the end."""
    import pint

    return pint.UnitRegistry(non_int_type=Fraction)
