"""Every address says who may open it. One that says nothing is refused at run time; here it is refused before."""

from collections.abc import Iterable, Iterator

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, include, path

from apps.core.access import SELF_GUARDED, declared_access, public


def undeclared(patterns: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """The addresses whose view declares no access, as the URLconf writes them."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace not in SELF_GUARDED:
                yield from undeclared(pattern.url_patterns, route)
        elif declared_access(pattern.callback) is None:
            yield route


def page(request):
    return HttpResponse()


def test_every_address_says_who_may_open_it():
    assert list(undeclared(get_resolver().url_patterns)) == []


def test_an_address_that_says_nothing_is_found_at_any_depth():
    def shown(request):
        return HttpResponse()

    planted = [
        path("vitrine/", public(shown)),
        path("fuite/", page),
        path("zone/", include([path("fuite/<int:pk>/", page)])),
    ]

    assert list(undeclared(planted)) == ["fuite/", "zone/fuite/<int:pk>/"]
