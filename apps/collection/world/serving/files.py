"""The files of the world: the exports and the database as they are on the disk, the ledger. By byte ranges if asked."""

from http import HTTPStatus
from pathlib import Path

from apps.collection.world.building import LEDGER, World
from apps.collection.world.serving.messages import Request, Response, html
from apps.collection.world.serving.pages import listing, page
from apps.collection.world.stores import sqlite

EXPORTS, DATABASE = "/exports/", f"/base/{sqlite.FILE}"
_KINDS = {
    ".csv": "text/csv; charset=windows-1252",
    ".gz": "application/gzip",
    ".txt": "text/plain; charset=utf-8",
    ".sqlite": "application/vnd.sqlite3",
    ".json": "application/json",
}


class Files:
    """Only what is in `World.digests` can be named: no path leads elsewhere."""

    def __init__(self, world: World) -> None:
        self._world = world
        served = [name for name in world.digests if name.startswith(("exports/", "base/"))]
        self._digests = {f"/{name}": world.digests[name] for name in [*served, LEDGER]}
        self._exports = sorted(name.removeprefix(EXPORTS) for name in self._digests if name.startswith(EXPORTS))

    @property
    def exports(self) -> list[str]:
        """The names of the files of exports, their companion included."""
        return self._exports

    def answer(self, request: Request) -> Response | None:
        """The answer, or None if there is no such file."""
        if request.path == EXPORTS:
            told = "<p>Signalements de l’ancien logiciel, un fichier par mois, en Windows-1252.</p>"
            return html(page("Exports mensuels", told + listing((name, name) for name in self._exports)))
        if request.path not in self._digests:
            return None
        return _ranged(self._world.folder / request.path[1:], self._digests[request.path], request)


def _ranged(path: Path, digest: str, request: Request) -> Response:
    """The file, or its end if that is asked for (RFC 9110, 14), so that a download that stopped is taken up."""
    whole = Response(body=path.read_bytes(), kind=_KINDS[path.suffix], tag=digest, headers={"Accept-Ranges": "bytes"})
    start = request.headers.get("range", "").removeprefix("bytes=").removesuffix("-")
    if not start.isdecimal() or request.headers.get("if-range", whole.entity_tag) != whole.entity_tag:
        return whole
    size = len(whole.body)
    if int(start) >= size:
        return Response(
            body=b"",
            kind=whole.kind,
            status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            headers={"Content-Range": f"bytes */{size}"},
        )
    return Response(
        body=whole.body[int(start) :],
        kind=whole.kind,
        tag=digest,
        status=HTTPStatus.PARTIAL_CONTENT,
        headers={"Accept-Ranges": "bytes", "Content-Range": f"bytes {start}-{size - 1}/{size}"},
    )
