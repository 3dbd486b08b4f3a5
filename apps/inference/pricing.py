"""What a request costs, by the prices of its day. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from apps.inference.enums import PriceUnit

CENTS = Decimal("0.000001")
# A token is about four characters of a European language, where a service does not count them.
CHARACTERS_PER_TOKEN = 4


class Price(Protocol):
    unit: str
    eur: Decimal
    since_on: date


def prices_on(prices: Iterable[Price], day: date) -> dict[PriceUnit, Decimal]:
    """The price of each unit in force on this day."""
    in_force: dict[PriceUnit, Price] = {}
    for price in prices:
        unit = PriceUnit(price.unit)
        if price.since_on <= day and (unit not in in_force or price.since_on > in_force[unit].since_on):
            in_force[unit] = price
    return {unit: price.eur for unit, price in in_force.items()}


def cost_of(prices: Mapping[PriceUnit, Decimal], *, tokens_in: int, tokens_out: int) -> Decimal:
    """The euros of one request, to a millionth."""
    counts = {PriceUnit.TOKENS_IN: tokens_in, PriceUnit.TOKENS_OUT: tokens_out, PriceUnit.REQUESTS: 1}
    cost = sum((eur * counts[unit] / unit.divisor for unit, eur in prices.items()), Decimal())
    return cost.quantize(CENTS)


def tokens_in_text(text: str) -> int:
    """About how many tokens a text makes, at least one."""
    return max(1, -(-len(text) // CHARACTERS_PER_TOKEN))
