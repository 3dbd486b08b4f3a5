"""Who answers what. No socket here: a request comes in, an answer goes out."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from apps.collection.world.building import World
from apps.collection.world.ledger import Source
from apps.collection.world.serving import api
from apps.collection.world.serving.api import Api
from apps.collection.world.serving.files import Files
from apps.collection.world.serving.home import home
from apps.collection.world.serving.messages import Request, Response, html, refusal
from apps.collection.world.serving.pages import page
from apps.collection.world.serving.site import Site
from apps.collection.world.serving.tokens import Tokens
from apps.collection.world.story import NOW

# A world that lives begins some days before the end of its story, and goes sixty times as fast as ours.
HELD_BACK, SPEED = timedelta(days=7), 60
# One answer of the API in so many is a 429.
TIRED_EVERY = 25


def living(clock: Callable[[], float] = time.monotonic) -> Callable[[], datetime]:
    """The time of a world that begins to live now: an hour each minute, until its story ends."""
    began = clock()
    return lambda: min(NOW - HELD_BACK + timedelta(seconds=SPEED * (clock() - began)), NOW)


class Application:
    """The five sources of a world.

    `clock` gives the seconds by which tokens end, `until` the instant of the story up to which the API knows it.
    """

    def __init__(
        self,
        world: World,
        *,
        clock: Callable[[], float] = time.monotonic,
        until: Callable[[], datetime] = lambda: NOW,
        tired_every: int = TIRED_EVERY,
    ) -> None:
        self._world = world
        self._tokens = Tokens(clock)
        self._api = Api(world.folder / Source.API, self._tokens, until=until, tired_every=tired_every)
        self._site = Site(world.folder / Source.SITE)
        self._files = Files(world)

    def answer(self, request: Request) -> Response:
        """The answer, or 304 to who has it already."""
        response = self._routed(request)
        if response.status == HTTPStatus.OK and response.entity_tag in request.headers.get("if-none-match", ""):
            return replace(response, body=b"", status=HTTPStatus.NOT_MODIFIED, tag=response.entity_tag.strip('"'))
        return response

    def _routed(self, request: Request) -> Response:
        if request.path == "/oauth/token":
            return self._tokens.grant(request)
        if request.path.startswith(api.ROOT):
            return self._api.answer(request)
        if request.method not in {"GET", "HEAD"}:
            return refusal(
                HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "Lecture seule.", {"Allow": "GET, HEAD"}
            )
        if request.path == "/":
            return html(home(self._world, request.base, exports=self._files.exports))
        found = self._site.answer(request) or self._files.answer(request)
        return found or html(
            page("Page introuvable", '<p>Rien à cette adresse. <a href="/">Retour au début</a></p>'),
            status=HTTPStatus.NOT_FOUND,
        )
