"""Any service that takes JSON and answers JSON: a body in which `{{input}}` stands for what is asked, a path to the
answer. The key is sent as a bearer."""

from collections.abc import Mapping
from typing import Any

import orjson

from apps.inference.adapters.base import Adapter, Question, Reply, dig
from apps.inference.enums import Capability

PLACE = "{{input}}"


class PlainHttp(Adapter):
    capabilities = frozenset(Capability)

    def check(self) -> None:
        # What it costs to be asked cannot be known: that it answers at all is enough.
        self.session.head(self.service.url, accepting=range(400, 500))

    def ask(self, question: Question) -> Reply:
        given = question.given.get("text", dict(question.given))
        body = fill(orjson.loads(self.service.template), given)
        return Reply(output=dig(self.post("", body), self.service.answer_path))


def fill(template: Any, given: Any) -> Any:
    """The template with what is asked in its place: as it is where it stands alone, as a text inside another."""
    if template == PLACE:
        return given
    if isinstance(template, str):
        return template.replace(PLACE, given if isinstance(given, str) else orjson.dumps(given).decode())
    if isinstance(template, Mapping):
        return {name: fill(value, given) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, given) for value in template]
    return template
