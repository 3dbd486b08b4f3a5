"""Numbers as the reader's language writes them, with a real minus sign and unbreakable spaces."""

from collections.abc import Iterable
from math import floor, isfinite, log10
from typing import TypeAlias

from django.template.defaultfilters import filesizeformat
from django.utils.formats import get_format, number_format
from django.utils.translation import pgettext

Value: TypeAlias = float | int | None

NO_VALUE = "\u2013"
MINUS = "\u2212"


def format_number(value: Value, decimals: int | None = None, unit: str = "") -> str:
    """A number ready to read, with its unit; a dash if there is none."""
    if value is None or not isfinite(value):
        return NO_VALUE
    if decimals is None:
        decimals = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    if abs(value) >= 1e15 or 0 < abs(value) < 1e-6:
        text = f"{value:.3g}"
    else:
        rounded = round(value, decimals) + 0  # the sum turns -0.0 into 0.0
        text = number_format(rounded, decimals, use_l10n=True, force_grouping=True)
    return text.replace("-", MINUS) + (f"\u00a0{unit}" if unit else "")


def format_percent(share: float, decimals: int = 0) -> str:
    return pgettext("percentage", "%(number)s%%") % {"number": format_number(share * 100, decimals)}


def format_size(size: Value) -> str:
    """A number of bytes ready to read: 50 MB, 3.4 KB; a dash if there is none."""
    if size is None:
        return NO_VALUE
    # Django writes 50.0 MB: to a tenth, even where there is none.
    return filesizeformat(size).replace(f"{get_format('DECIMAL_SEPARATOR')}0\u00a0", "\u00a0")


def decimals_for(values: Iterable[Value]) -> int:
    """How many decimals show these values to three significant figures of the spread between them."""
    known = clean(values)
    if all(float(value).is_integer() for value in known):
        return 0
    spread = max(known) - min(known) or max(map(abs, known))
    return min(6, max(0, 2 - floor(log10(spread)))) if spread else 0


def compact(value: float, step: float) -> str:
    """A tick of an axis, short: 12,500 is 12.5 k, 3,000,000 is 3 M."""
    size = max(abs(value), step)
    scales = [(1e9, pgettext("billion", "bn")), (1e6, pgettext("million", "M")), (1e4, pgettext("thousand", "k"))]
    for unit, sign in scales:
        if unit <= size < 1e12:
            divisor = 1e3 if unit == 1e4 else unit
            return f"{format_number(value / divisor, tick_decimals(step / divisor))}\u202f{sign}" if value else "0"
    return format_number(value, tick_decimals(step)) if size < 1e12 else f"{value:.2g}".replace("-", MINUS)


def tick_decimals(step: float) -> int:
    return min(6, max(0, -floor(log10(step))))


def clean(values: Iterable[Value]) -> list[float]:
    return [value for value in values if value is not None and isfinite(value)]
