"""A model of this platform, asked in this process by the version that is in service: no request leaves, and what a
benchmark asks is no traffic of its users."""

from django.utils.translation import gettext as _

from apps.inference.adapters.base import Adapter, Question, Reply
from apps.inference.enums import Capability, FieldType, Slot
from apps.inference.exceptions import AiServiceRefused
from apps.inference.serving.slots import SLOTS
from apps.inference.serving.swapping import Loaded
from apps.inference.signature import Signature


class Own(Adapter):
    capabilities = frozenset({Capability.PREDICT, Capability.CLASSIFY})

    def check(self) -> None:
        self._version()

    def ask(self, question: Question) -> Reply:
        version = self._version()
        is_text = question.capability == Capability.CLASSIFY
        rows = [{_text_of(version.signature): question.text}] if is_text else list(question.given["rows"])
        answers = version.predictor.predict(version.decoder.check(rows, max_rows=len(rows)).inputs)
        output = version.signature.output
        if answers.values is not None:
            found = answers.values.tolist()
        else:
            found = [output.label_of(output.classes[position]) for position in answers.positions]
        return Reply(output=found[0] if is_text else found)

    def _version(self) -> Loaded:
        """Raises NotInService."""
        model = self.service.own_model
        if model is None:
            raise AiServiceRefused(_("Say which model of this platform it is."))
        return SLOTS.get(model.slug).version(Slot.CHAMPION)


def _text_of(signature: Signature) -> str:
    """The field that takes a text. Raises AiServiceRefused if there is none, or if others are required too."""
    texts = [each.name for each in signature.fields if each.type == FieldType.TEXT]
    if len(texts) != 1 or any(each.is_required for each in signature.fields if each.name not in texts):
        raise AiServiceRefused(_("This model is not asked by a text alone: ask it to predict from fields."))
    return texts[0]
