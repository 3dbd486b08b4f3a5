"""An answer as a page shows it: in words, how sure, what else was possible, what counted, where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.numbers import decimals_for, format_number, format_percent
from apps.inference.asking import Reply
from apps.inference.confidence import Confidence, confidence_of, error_of
from apps.inference.explaining import Influence, unfamiliar
from apps.inference.forms.asking import in_words
from apps.inference.models import Evaluation, ModelVersion
from apps.inference.signature import Field, Output

SHOWN_CLASSES = 3
SHOWN_WORDS, SHOWN_FIELDS = 5, 5
# Less than this is not worth saying: in log-odds of a class (a tenth of the odds), as a share of a number.
LITTLE, LITTLE_OF_A_NUMBER = 0.1, 0.01


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A class that was possible; `share` from 0 to 100, for its bar."""

    label: str
    percent: str
    share: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Something that counted: a word, or a field and what it held; `towards`, what it leaned to instead."""

    what: str
    value: str
    effect: str
    towards: str


@dataclass(frozen=True)
class ReplyPage:
    """One reply of one version, to whoever asked for it."""

    reply: Reply
    version: ModelVersion

    @property
    def text(self) -> str:
        """The answer itself."""
        output = self.version.signed.output
        if self.reply.value is None:
            return output.label_of(self.class_name)
        return number_in_words(self.reply.value, output)

    @property
    def class_name(self) -> str:
        return self.version.signed.output.classes[self.reply.answered]

    @property
    def answered(self) -> str:
        """The answer as an opinion keeps it: the name of the class, or the number."""
        return self.class_name if self.reply.value is None else repr(self.reply.value)

    @property
    def confidence(self) -> Confidence | None:
        """How sure it is; None of a number, of which only the usual error is known."""
        if self.reply.value is not None:
            return None
        calibration = self._evaluation.report.get("calibration") or [] if self._evaluation else []
        return confidence_of(max(self.reply.probabilities), calibration)

    @property
    def usual_error(self) -> str:
        if self.reply.value is None:
            return ""
        return error_of(self._evaluation.metrics, self.version.signed.output.unit) if self._evaluation else ""

    @property
    def choices(self) -> list[Choice]:
        """The most probable classes, the first first."""
        output = self.version.signed.output
        ranked = sorted(zip(self.reply.probabilities, output.classes, strict=True), reverse=True)[:SHOWN_CLASSES]
        return [
            Choice(label=output.label_of(name), percent=format_percent(share), share=round(share * 100))
            for share, name in ranked
        ]

    @cached_property
    def asked(self) -> list[tuple[str, str]]:
        """What was asked, in words."""
        return [(field.title, in_words(field, self.reply.row.get(field.name))) for field in self.version.signed.fields]

    @cached_property
    def words(self) -> list[Reason]:
        """The words that counted for the answer."""
        return self._reasons([each for each in self._counted if each.word and each.weight > 0], SHOWN_WORDS)

    @cached_property
    def words_against(self) -> list[Reason]:
        return self._reasons([each for each in self._counted if each.word and each.weight < 0], 2)

    @cached_property
    def fields(self) -> list[Reason]:
        return self._reasons([each for each in self._counted if not each.word], SHOWN_FIELDS)

    @property
    def unfamiliar(self) -> list[tuple[str, str, str]]:
        """Values that the model learnt nothing near of: the name of the field, its value, what was learnt from."""
        return [
            (field.title, in_words(field, self.reply.row[field.name]), _range(field))
            for field in unfamiliar(self.version.signed, self.reply.row)
        ]

    @property
    def is_explained(self) -> bool:
        return bool(self.words or self.words_against or self.fields)

    @property
    def _evaluation(self) -> Evaluation | None:
        return getattr(self.version.training, "evaluation", None)

    @property
    def _counted(self) -> list[Influence]:
        value = self.reply.value
        least = LITTLE if value is None else LITTLE_OF_A_NUMBER * abs(value)
        return [each for each in self.reply.influences if abs(each.weight) > least]

    def _reasons(self, influences: Sequence[Influence], most: int) -> list[Reason]:
        signature = self.version.signed
        found = []
        for each in influences[:most]:
            field = signature.field(each.field)
            found.append(
                Reason(
                    what=each.word or field.title,
                    value="" if each.word else in_words(field, self.reply.row.get(each.field)),
                    effect=self._effect(each.effect),
                    towards=signature.output.label_of(each.towards) if each.towards else "",
                )
            )
        return found

    def _effect(self, effect: float) -> str:
        """The difference that it made, as people read it."""
        sign = "+" if effect > 0 else "\u2212"
        if self.reply.value is None:
            points = round(abs(effect) * 100)
            if not points:
                return _("less than a point")
            told = ngettext("%(count)s point", "%(count)s points", points) % {"count": format_number(points)}
            return f"{sign}\u202f{told}"
        digits = decimals_for([effect])
        size = format_number(round(abs(effect), digits), unit=self.version.signed.output.unit)
        return f"{sign}\u202f{size}"


def number_in_words(value: float, output: Output) -> str:
    """A number that a model answered, to three figures or so, in its unit."""
    return format_number(round(value, decimals_for([value])), unit=output.unit)


def _range(field: Field) -> str:
    if field.lowest is None or field.highest is None:
        return ""
    return _("from %(low)s to %(high)s") % {
        "low": in_words(field, field.lowest),
        "high": in_words(field, field.highest),
    }
