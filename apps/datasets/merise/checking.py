"""What keeps a table from being made: its name, its columns, their sizes and what they may hold."""

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.core.declarations import Text
from apps.datasets.enums import MASKED_TYPES, ColumnType, Confidentiality, Mask
from apps.datasets.exceptions import Fault
from apps.datasets.merise.domains import faults_of_domain
from apps.datasets.names import why_not_a_column, why_not_a_name
from apps.datasets.schema import ColumnSchema, EntitySchema

MAX_COLUMNS = 500
MAX_LABEL, MAX_UNIT = 120, 40
# PostgreSQL's own limits; it indexes 32 columns together at most.
MAX_TEXT, MAX_DIGITS, MAX_INDEXED = 10_485_760, 38, 32


def faults_of_table(schema: EntitySchema) -> Iterator[Fault]:
    """All that keeps this entity from becoming a table."""
    if wrong := why_not_a_name(schema.name):
        yield Fault(message=_("The entity: %(wrong)s") % {"wrong": wrong})
    if not schema.columns:
        yield Fault(message=_("An entity has one column at least."))
    if len(schema.columns) > MAX_COLUMNS:
        yield Fault(message=_("An entity has %(count)d columns at most.") % {"count": MAX_COLUMNS})
    if len(schema.key) > MAX_INDEXED:
        yield Fault(message=_("A key has %(count)d columns at most.") % {"count": MAX_INDEXED})
    for name, count in Counter(schema.names).items():
        if count > 1:
            yield Fault(column=name, message=_("two columns have this name."))
    for column in schema.columns:
        if wrong := why_not_a_column(column.name, schema.names):
            yield Fault(column=column.name, message=wrong)
        for message in faults_of_column(column):
            yield Fault(column=column.name, message=message)


def faults_of_column(column: ColumnSchema) -> Iterator[Text]:
    """What is wrong with a column, whatever it is called."""
    if column.type == ColumnType.TEXT and not 0 <= column.max_length <= MAX_TEXT:
        yield _("a text has %(count)d characters at most.") % {"count": MAX_TEXT}
    if column.type == ColumnType.DECIMAL and not 0 <= column.decimals <= column.digits <= MAX_DIGITS:
        yield (_("a decimal has %(count)d digits at most, and no more decimals than digits.") % {"count": MAX_DIGITS})
    if column.type == ColumnType.DECIMAL and column.digits < 1:
        yield _("a decimal has one digit at least.")
    if len(column.label) > MAX_LABEL or len(column.unit) > MAX_UNIT:
        yield _("its label or unit is too long.")
    if column.type not in MASKED_TYPES[column.mask]:
        yield _("“%(mask)s” masks no column of type “%(type)s”.") % {
            "mask": column.mask.label,
            "type": column.type.label,
        }
    if column.mask != Mask.HIDDEN and column.level == Confidentiality.PUBLIC:
        yield _("it has a mask, and everyone reads it: say who reads it as it is.")
    yield from faults_of_domain(column)
