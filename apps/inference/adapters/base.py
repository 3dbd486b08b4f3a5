"""What every service is asked, and answers, whatever it speaks.

chat       given {"text"}, options {"instructions", "schema"}        → a text, or the JSON that the schema describes
embed      given {"texts"}                                           → a vector for each text
classify   given {"text"}, options {"labels", "instructions"}        → one of the labels
predict    given {"rows": [{field: value}]}                          → an answer for each row

What is asked wrongly says nothing of the health of a service: it is a rule that the question breaks (AiServiceRefused),
whether an adapter sees it or the service says so. A request that holds nothing of the question (`check`, metadata), or
that is refused for who asks, for where or for now, does say something of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson
from django.utils.translation import gettext as _

from apps.core.http import GuardedSession
from apps.core.http.errors import CredentialsRefused, PageGone, RequestRefused
from apps.inference.enums import Capability
from apps.inference.exceptions import AiServiceRefused, AnswerNotUnderstood
from apps.inference.models import AiService


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing asked. `options` are the same for all the cases of a function."""

    capability: Capability
    given: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return str(self.given.get("text", ""))


def fault_of(question: Question) -> str:
    """What is missing of what is given, for what is asked; "" if nothing is."""
    match question.capability:
        case Capability.EMBED:
            texts = question.given.get("texts")
            is_whole = isinstance(texts, list) and bool(texts) and all(isinstance(each, str) for each in texts)
            return "" if is_whole else _("give “texts”, a list of texts")
        case Capability.PREDICT:
            rows = question.given.get("rows")
            is_whole = isinstance(rows, list) and bool(rows) and all(isinstance(each, dict) for each in rows)
            return "" if is_whole else _("give “rows”, a list of objects")
    text = question.given.get("text")
    return "" if isinstance(text, str) and text else _("give “text”, which is not empty")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back. Tokens are None where the service does not count them."""

    output: Any
    tokens_in: int | None = None
    tokens_out: int | None = None


class Adapter:
    """Speaks to one service, in a session that holds its key and its limits."""

    capabilities: ClassVar[frozenset[Capability]]

    def __init__(self, service: AiService, session: GuardedSession) -> None:
        self.service = service
        self.session = session

    def ask(self, question: Question) -> Reply:
        """Raises an OutboundError if it cannot be reached, AiServiceRefused if it does not take what it is asked,
        AnswerNotUnderstood if it answers something else."""
        raise NotImplementedError

    def check(self) -> None:
        """Whether it answers, for the least it may cost. Raises as `ask` does."""
        raise NotImplementedError

    def url(self, path: str) -> str:
        return f"{self.service.url.rstrip('/')}/{path}"

    def post(self, path: str, body: Any) -> Any:
        """The JSON that it answers to a question. Asked once: a question that was half answered was paid.

        Raises AiServiceRefused where the status says that the fault is in what was asked: 400, 413, 422…
        """
        try:
            response = self.session.post(self.url(path) if path else self.service.url, json=body)
        except (CredentialsRefused, PageGone):
            raise
        except RequestRefused as refusal:
            told = {"name": self.service, "status": refusal.status}
            raise AiServiceRefused(
                _("“%(name)s” does not take what it was asked (status %(status)s).") % told
            ) from None
        return read_json(response.content)


def read_json(content: bytes) -> Any:
    """Raises AnswerNotUnderstood."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise AnswerNotUnderstood.of("JSON") from None


def dig(answer: Any, path: str) -> Any:
    """What is at a path such as `choices.0.message.content`. Raises AnswerNotUnderstood, which names the path."""
    found = answer
    for step in filter(None, path.split(".")):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise AnswerNotUnderstood.of(path) from None
    return found
