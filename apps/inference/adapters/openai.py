"""Services compatible with the API of OpenAI: `/chat/completions`, `/embeddings`, `/models`, under one address.

Mistral, Scaleway, OVHcloud, vLLM, Ollama and llama.cpp speak it. Answers that must have a shape are asked for with
`response_format: json_schema`, and checked here all the same.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from apps.inference.adapters.base import Adapter, Question, Reply, dig, read_json
from apps.inference.enums import Capability
from apps.inference.exceptions import AiServiceRefused, AnswerNotUnderstood


class OpenAi(Adapter):
    capabilities = frozenset({Capability.CHAT, Capability.EMBED, Capability.CLASSIFY})

    def check(self) -> None:
        dig(read_json(self.session.get(self.url("models")).content), "data")

    def ask(self, question: Question) -> Reply:
        match question.capability:
            case Capability.EMBED:
                return self._embed(question)
            case Capability.CLASSIFY:
                return self._classify(question)
        return self._chat(question, schema=question.options.get("schema"))

    def _embed(self, question: Question) -> Reply:
        texts = list(question.given["texts"])
        answer = self.post("embeddings", {"model": self.service.remote_model, "input": texts})
        vectors = [
            dig(each, "embedding") for each in sorted(dig(answer, "data"), key=lambda each: each.get("index", 0))
        ]
        if len(vectors) != len(texts):
            raise AnswerNotUnderstood.of("data")
        return Reply(output=vectors, tokens_in=_count(answer, "prompt_tokens"), tokens_out=0)

    def _classify(self, question: Question) -> Reply:
        labels = [str(label) for label in question.options.get("labels", ())]
        if not labels:
            raise AiServiceRefused(_("Say which “labels” it chooses among, in the options."))
        schema = {
            "type": "object",
            "properties": {"label": {"type": "string", "enum": labels}},
            "required": ["label"],
            "additionalProperties": False,
        }
        reply = self._chat(question, schema=schema)
        return Reply(output=reply.output["label"], tokens_in=reply.tokens_in, tokens_out=reply.tokens_out)

    def _chat(self, question: Question, *, schema: Mapping[str, Any] | None) -> Reply:
        instructions = question.options.get("instructions", "")
        messages = [{"role": "user", "content": question.text}]
        if instructions:
            messages.insert(0, {"role": "system", "content": instructions})
        body: dict[str, Any] = {"model": self.service.remote_model, "messages": messages, "temperature": 0}
        if schema:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": schema},
            }
        answer = self.post("chat/completions", body)
        text = str(dig(answer, "choices.0.message.content"))
        return Reply(
            output=_shaped(text, schema) if schema else text,
            tokens_in=_count(answer, "prompt_tokens"),
            tokens_out=_count(answer, "completion_tokens"),
        )


def _shaped(text: str, schema: Mapping[str, Any]) -> Any:
    """The JSON that was asked for. Raises AnswerNotUnderstood, which names where it differs."""
    try:
        answer = orjson.loads(text)
        Draft202012Validator(schema).validate(answer)
    except orjson.JSONDecodeError:
        raise AnswerNotUnderstood.of("JSON") from None
    except ValidationError as error:
        raise AnswerNotUnderstood.of(error.json_path) from None
    return answer


def _count(answer: Mapping[str, Any], name: str) -> int | None:
    usage = answer.get("usage") or {}
    count = usage.get(name)
    return count if isinstance(count, int) else None
