"""Rendering a component as a page does, and reading what comes out."""

from html.parser import HTMLParser

from django.http import HttpRequest
from django.template import RequestContext, Template
from django.test import RequestFactory

XSS = "<script>alert(1)</script>\"'"


def render(source: str, path: str = "/", **context: object) -> str:
    """A template's source, with the project's tags, in a request like any other."""
    request: HttpRequest = RequestFactory().get(path)
    template = Template("{% load i18n ecluse %}" + source)
    return template.render(RequestContext(request, context))


def include(name: str, **context: object) -> str:
    """A component with exactly these parameters."""
    return render(
        f'{{% include "components/{name}.html" with ' + " ".join(f"{key}={key}" for key in context) + " only %}"
        if context
        else f'{{% include "components/{name}.html" only %}}',
        **context,
    )


class Page(HTMLParser):
    """The elements of a page: `all("a")` gives their attributes, `text("h1")` what they say."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "use", "path", "rect", "circle"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words: list[str] = []
        self.elements.append((tag, dict(attrs), words))
        if tag not in self.VOID:
            self._open.append((tag, words))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _tag, words in self._open:
            words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _words in self.elements if name == tag]

    def one(self, tag: str) -> dict[str, str | None]:
        (only,) = self.all(tag)
        return only

    def texts(self, tag: str) -> list[str]:
        return [" ".join("".join(words).split()) for name, _attributes, words in self.elements if name == tag]
