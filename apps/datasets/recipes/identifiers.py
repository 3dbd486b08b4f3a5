"""The keys of SIREN and SIRET numbers, as expressions.

Luhn's formula: from the right, every other digit is doubled, less 9 if that makes two digits, and the sum of all the
digits is a multiple of ten. The establishments of La Poste (SIREN 356000000) have for key, but for its seat, that the
sum of their digits is a multiple of five.

Only remainders matter, so that no digit is cut out: modulo 10 the digit of rank k of n is n // 10^k, and whether it is
over 4 is n // (5 * 10^k) - 2 * (n // 10^(k+1)). Doubled less 9 is, modulo 10, doubled plus one.
"""

from typing import TYPE_CHECKING

from apps.datasets.recipes.reading import BLANK

if TYPE_CHECKING:
    import ibis.expr.types as ir

LA_POSTE = 356_000_000
SEAT_OF_LA_POSTE = 356_000_000_00048
# What comes after the SIREN number in a SIRET number.
ESTABLISHMENT = 10**5


def without_separators(text: "ir.StringValue") -> "ir.StringValue":
    return text.re_replace(f"(?:{BLANK}|[.-])+", "")


def as_number(text: "ir.StringValue", digits: int) -> "ir.IntegerValue":
    """Null unless it is written with so many digits."""
    import ibis

    return text.re_search(f"^[0-9]{{{digits}}}\\z").ifelse(text, ibis.null("string")).try_cast("int64")


def is_siren(number: "ir.IntegerValue") -> "ir.BooleanValue":
    return number.notnull() & _follows_luhn(number, 9)


def is_siret(number: "ir.IntegerValue") -> "ir.BooleanValue":
    """Its first nine digits are a SIREN number."""
    siren = _shifted(number, ESTABLISHMENT)
    is_of_la_poste = (siren == LA_POSTE) & (number != SEAT_OF_LA_POSTE)
    sum_of_digits = _total([_shifted(number, 10**rank) for rank in range(14)])
    has_key = is_of_la_poste.ifelse(sum_of_digits % 5 == 0, _follows_luhn(number, 14))
    return number.notnull() & has_key & _follows_luhn(number, 9, unit=ESTABLISHMENT)


def _follows_luhn(number: "ir.IntegerValue", digits: int, *, unit: int = 1) -> "ir.BooleanValue":
    terms = []
    for rank in range(digits):
        shifted = _shifted(number, unit * 10**rank)
        if rank % 2:
            over_four = _shifted(number, 5 * unit * 10**rank) - _shifted(number, unit * 10 ** (rank + 1)) * 2
            terms += [shifted * 2, over_four]
        else:
            terms.append(shifted)
    return _total(terms) % 10 == 0


def _shifted(number: "ir.IntegerValue", divisor: int) -> "ir.IntegerValue":
    return (number // divisor).cast("int64") if divisor > 1 else number


def _total(terms: "list[ir.IntegerValue]") -> "ir.IntegerValue":
    """Their sum, by halves: what is compiled is laid out by depth."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return _total(terms[:middle]) + _total(terms[middle:])
