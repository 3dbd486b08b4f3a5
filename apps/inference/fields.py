"""From the columns of a dataset to the fields of a model: what a declaration does not say is taken from the column, and
what neither says is measured on the rows that the model learns from.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.schema import ColumnSchema
from apps.inference.enums import FieldType, Task
from apps.inference.failures import TooManyCategories
from apps.inference.signature import Field, Output, Signature
from apps.inference.spec import Feature, ModelSpec

# What an anomaly detector answers with, in the order of its probabilities.
NORMAL, ANOMALY = "normal", "anomaly"
# A category is one column of what is learnt from, and one line of a list that people choose in.
MAX_CATEGORIES = 1_000
# A text that is bounded under this is thought to be one of a list.
SHORT_TEXT = 40
LONGEST_TEXT = 100_000
MARGIN = 2  # a text may be this many times longer than those that were seen

# Column type → the field types that it can become, the first one if nothing is said. A text column: see `type_of`.
BECOMES: Mapping[ColumnType, tuple[FieldType, ...]] = {
    ColumnType.TEXT: (FieldType.TEXT, FieldType.CATEGORY),
    ColumnType.INTEGER: (FieldType.INTEGER, FieldType.NUMBER, FieldType.CATEGORY),
    ColumnType.FLOAT: (FieldType.NUMBER,),
    ColumnType.DECIMAL: (FieldType.NUMBER,),
    ColumnType.BOOLEAN: (FieldType.BOOLEAN, FieldType.CATEGORY),
    ColumnType.DATE: (FieldType.DATE,),
    ColumnType.DATETIME: (FieldType.DATE,),
}


def type_of(feature: Feature, column: ColumnSchema) -> FieldType:
    """The type of a field: what is said, or what its column is. A short text, or one of a list, is a category."""
    if feature.type is not None:
        return feature.type
    if column.type == ColumnType.TEXT and (column.choices or 0 < column.max_length <= SHORT_TEXT):
        return FieldType.CATEGORY
    return BECOMES[column.type][0]


def field_of(feature: Feature, column: ColumnSchema) -> Field:
    """A field as it is known before any row is read."""
    is_personal = column.personal_data != PersonalData.NONE
    return Field(
        name=feature.name,
        type=type_of(feature, column),
        label=feature.label or column.label,
        help=feature.help or column.description,
        unit=feature.unit or column.unit,
        example=feature.example,
        is_required=column.must_be_filled if feature.is_required is None else feature.is_required,
        minimum=_number(column.minimum) if feature.minimum is None else feature.minimum,
        maximum=_number(column.maximum) if feature.maximum is None else feature.maximum,
        max_length=feature.max_length or column.max_length or Field.max_length,
        unknown=feature.unknown,
        is_sensitive=is_personal if feature.is_sensitive is None else feature.is_sensitive,
        sensitive_log=feature.sensitive_log,
    )


def measured(field: Field, feature: Feature, values: Sequence[Any]) -> Field:
    """A field with what the rows to learn from say of it. Raises TooManyCategories.

    It is required unless some of them lack it: what a model never saw missing, it must not be asked without.
    """
    seen = [value for value in values if value is not None]
    if feature.is_required is None:
        field = replace(field, is_required=field.is_required or len(seen) == len(values))
    if field.type.is_numeric and seen:
        return replace(field, lowest=float(min(seen)), highest=float(max(seen)))
    if field.type == FieldType.CATEGORY:
        counts = Counter(seen)
        if len(counts) > MAX_CATEGORIES:
            raise TooManyCategories(field=field.name, count=len(counts), limit=MAX_CATEGORIES)
        return replace(field, choices=tuple(sorted(counts, key=lambda value: (-counts[value], value))))
    if field.type == FieldType.TEXT and seen and field.max_length == Field.max_length and not feature.max_length:
        longest = max(map(len, seen))
        return replace(field, max_length=min(max(field.max_length, MARGIN * longest), LONGEST_TEXT))
    return field


def draft_of(spec: ModelSpec, columns: Mapping[str, ColumnSchema]) -> Signature:
    """The signature as it is known before any row is read: its types are final."""
    target = columns.get(spec.target.name)
    period = spec.forecast.period if spec.forecast else None
    lagged: dict[str, dict[str, Any]] = {name: {"lag": lag, "period": period} for name, lag in spec.lags.items()}
    return Signature(
        task=spec.task,
        fields=tuple(
            replace(field_of(feature, columns[feature.name]), **lagged.get(feature.name, {}))
            for feature in spec.features
        ),
        output=Output(
            name=spec.target.name or ANOMALY,
            label=spec.target.label or (target.label if target else ""),
            unit=(spec.target.unit or (target.unit if target else "")) if not spec.task.has_classes else "",
            labels=spec.target.labels,
        ),
    )


def signature_of(
    spec: ModelSpec,
    columns: Mapping[str, ColumnSchema],
    *,
    values: Mapping[str, Sequence[Any]],
    target: Sequence[str] | None,
) -> Signature:
    """The signature of a model that learns from these values of its features, and these classes of its target (None
    unless it is a classification). Raises TooManyCategories."""
    draft = draft_of(spec, columns)
    fields = tuple(
        measured(field, feature, values[field.name]) for field, feature in zip(draft.fields, spec.features, strict=True)
    )
    classes: tuple[str, ...] = (NORMAL, ANOMALY) if spec.task == Task.ANOMALY else ()
    if target is not None:
        classes = tuple(sorted(set(target)))
    return replace(draft, fields=fields, output=replace(draft.output, classes=classes))


def _number(written: str) -> float | None:
    """A bound of a column, as the number it is; dates have theirs too, which fields do not."""
    with suppress(ValueError):
        return float(written)
    return None
