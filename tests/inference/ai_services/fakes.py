"""Servers of others, on loopback: what each answers is what its documentation says, and a test may have it fail."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Fake(BaseHTTPRequestHandler):
    """Speaks as an API compatible with OpenAI's, as TEI, as a V2 server, and as anybody's JSON API."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers.get("Authorization"), None))
        if self.path == "/v1/models":
            self.reply({"data": [{"id": "petit"}]})
        elif self.path == "/v2/models/delai":
            inputs = [{"name": "jours", "datatype": "FP64", "shape": [-1, 1]}]
            self.reply({"name": "delai", "inputs": inputs, "outputs": [{"name": "y", "datatype": "FP64"}]})
        else:
            self.reply({}, status=200 if self.path in {"/health", "/v2/models/delai/ready"} else 404)

    def do_HEAD(self) -> None:
        self.reply(None)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, self.headers.get("Authorization"), body))
        if self.server.refusing:
            self.reply({"error": "not so"}, status=self.server.refusing)
        elif self.server.failing:
            self.server.failing -= 1
            self.reply({"error": "busy"}, status=503)
        else:
            self.reply(self.server.answers[self.path](body))

    def reply(self, answer: Any, *, status: int = 200) -> None:
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


def chat(body: dict[str, Any]) -> dict[str, Any]:
    """The label that the text names; otherwise the text, back to front."""
    text = body["messages"][-1]["content"]
    content = text[::-1]
    if shape := body.get("response_format"):
        labels = shape["json_schema"]["schema"]["properties"]["label"]["enum"]
        content = json.dumps({"label": next((each for each in labels if each.lower() in text.lower()), labels[0])})
    return {
        "choices": [{"message": {"content": content}}],
        "usage": {"prompt_tokens": len(text), "completion_tokens": len(content)},
    }


def vectors(texts: list[str]) -> list[list[float]]:
    return [[float(text.count(letter)) for letter in "abcde"] for text in texts]


@contextmanager
def served() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    server.daemon_threads, server.block_on_close = True, False
    server.seen, server.failing, server.refusing = [], 0, 0
    server.answers = {
        "/v1/chat/completions": chat,
        "/v1/embeddings": lambda body: {
            "data": [{"index": rank, "embedding": each} for rank, each in enumerate(vectors(body["input"]))],
            "usage": {"prompt_tokens": 9},
        },
        "/embed": lambda body: vectors(body["inputs"]),
        "/predict": lambda body: [{"label": "Voirie", "score": 0.2}, {"label": "Eau", "score": 0.7}],
        "/v2/models/delai/infer": lambda body: {
            "outputs": [{"name": "y", "data": [each * 2 for each in body["inputs"][0]["data"]]}]
        },
        "/any": lambda body: {"result": [{"label": body["text"].upper()}]},
    }
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
