"""Write in one way what is written in several."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, StringConstraints, model_validator

from apps.core.declarations import Text
from apps.datasets.enums import RejectReason
from apps.datasets.recipes.reading import plain_folded, trimmed
from apps.datasets.recipes.steps.base import FAULT, Columns, Draft, Objection, Scope, Step, mark, quoted, titles
from apps.datasets.schema import EntitySchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

Variant = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
KEY = "{}__key"
FOUND = "{}__found"


class MapValues(Step):
    """`values` says, for each value, the variants that stand for it; it stands for itself too.

    `is_near` compares case, accents, punctuation and spaces apart. `others` says what becomes of what is not listed.
    """

    step: Literal["map_values"]
    columns: Columns
    values: dict[Variant, tuple[Variant, ...]] = Field(min_length=1, max_length=1_000)
    is_near: bool = False
    others: Literal["keep", "empty", "reject"] = "keep"

    label: ClassVar[Text] = gettext_lazy("Bring spellings together")
    faults: ClassVar[frozenset[RejectReason]] = frozenset({RejectReason.NOT_A_CHOICE})

    @model_validator(mode="after")
    def _say_each_variant_once(self) -> Self:
        seen: dict[str, str] = {}
        for value, variants in self.values.items():
            for written in (value, *variants):
                key = self._key(written)
                if not key:
                    raise ValueError(_("“%(text)s” has no letter nor digit to compare") % {"text": written})
                if seen.setdefault(key, value) != value:
                    raise ValueError(_("“%(text)s” stands for two values") % {"text": written})
        return self

    def check(self, draft: Draft) -> Iterator[Objection]:
        yield from self.check_targets(self.columns, draft)
        for name in self.columns:
            column = draft.find(name)
            if column and (wrong := [each for each in self.values if column.choices and each not in column.choices]):
                yield (
                    name,
                    gettext_lazy("“%(value)s” is not one of the values that the dataset allows.") % {"value": wrong[0]},
                )
            draft.writes(name, is_trimmed=name in draft.trimmed)

    def apply(self, table: "ir.Table", scope: Scope) -> "ir.Table":
        import ibis

        from apps.datasets.recipes.reading import folded

        pairs = {self._key(each): value for value, variants in self.values.items() for each in (value, *variants)}
        # Apart, so that texts are folded once, whatever the number of variants.
        table = table.mutate(
            **{KEY.format(name): folded(table[name]) if self.is_near else trimmed(table[name]) for name in self.columns}
        )
        table = table.mutate(
            **{
                FOUND.format(name): table[KEY.format(name)].cases(*pairs.items(), else_=ibis.null("string"))
                for name in self.columns
            }
        )
        changes: dict[str, ir.Value] = {}
        for name in self.columns:
            found, text = table[FOUND.format(name)], table[name]
            changes[name] = found if self.others == "empty" else ibis.coalesce(found, text)
            if self.others == "reject":
                unlisted = (trimmed(text) != "") & found.isnull()
                changes[FAULT.format(name)] = mark(table, name, unlisted, RejectReason.NOT_A_CHOICE)
        return table.mutate(**changes).drop(*(each.format(name) for each in (KEY, FOUND) for name in self.columns))

    def tell(self, schema: EntitySchema) -> str:
        told = {
            "keep": _("Write in one way what has several spellings (%(values)s; the rest stays) in: %(columns)s."),
            "empty": _(
                "Write in one way what has several spellings (%(values)s; the rest is emptied) in: %(columns)s."
            ),
            "reject": _(
                "Write in one way what has several spellings (%(values)s; the rest is set aside) in: %(columns)s."
            ),
        }
        pairs = [
            _("%(variants)s as “%(value)s”") % {"variants": quoted(variants), "value": value}
            for value, variants in self.values.items()
            if variants
        ]
        values = ", ".join(pairs[:5]) + ("…" if len(pairs) > 5 else "")
        return told[self.others] % {"values": values, "columns": titles(self.columns, schema)}

    def _key(self, written: str) -> str:
        return plain_folded(written) if self.is_near else written
