"""Text Embeddings Inference, of Hugging Face: `/embed`, `/predict`, `/health`. 32 texts at a time, as it allows."""

from apps.inference.adapters.base import Adapter, Question, Reply, dig
from apps.inference.enums import Capability
from apps.inference.exceptions import AnswerNotUnderstood

BATCH = 32


class Tei(Adapter):
    capabilities = frozenset({Capability.EMBED, Capability.CLASSIFY})

    def check(self) -> None:
        self.session.get(self.url("health"))

    def ask(self, question: Question) -> Reply:
        if question.capability == Capability.EMBED:
            texts = list(question.given["texts"])
            vectors = [
                vector
                for start in range(0, len(texts), BATCH)
                for vector in self.post("embed", {"inputs": texts[start : start + BATCH], "truncate": True})
            ]
            if len(vectors) != len(texts):
                raise AnswerNotUnderstood.of("embed")
            return Reply(output=vectors)
        found = self.post("predict", {"inputs": question.text, "truncate": True})
        if not isinstance(found, list) or not found:
            raise AnswerNotUnderstood.of("predict")
        best = max(found, key=lambda each: float(dig(each, "score")))
        return Reply(output=dig(best, "label"))
