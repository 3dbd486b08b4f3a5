"""The connector of kind *rest*: an API that answers JSON."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy, ngettext

from apps.collection.connectors.base import Access, Batch, Cursor, Part, Reading, SourceColumn, Stream, Window
from apps.collection.connectors.file.values import proposed_type
from apps.collection.connectors.rest.answers import Answer
from apps.collection.connectors.rest.bounds import bookmark_of, pin
from apps.collection.connectors.rest.calling import Caller
from apps.collection.connectors.rest.choices import Auth, PagingKind
from apps.collection.connectors.rest.config import RestConfig
from apps.collection.connectors.rest.detecting import detect_paging
from apps.collection.connectors.rest.documents import MISSING, find_records, look, names_in
from apps.collection.connectors.rest.exceptions import CursorFieldMissing
from apps.collection.connectors.rest.pagination import FIRST, Paging
from apps.collection.connectors.rest.reading import Pinned, read_batches
from apps.collection.connectors.rest.rows import as_row, make_batch, rejected
from apps.collection.connectors.rest.tokens import Tokens
from apps.collection.connectors.texts import as_text, columns_of
from apps.collection.exceptions import CollectionError
from apps.core.declarations import Text

# The only part: pages come one after another, and the API's own order is the only one there is.
KEY = "all"
# The time that a person waits for an answer about an address.
LOOK_SECONDS = 5.0
PREVIEW_SECONDS = 15.0
EXAMPLE = 100


class RestConnector:
    """Reads an API page by page."""

    kind: ClassVar[str] = "rest"
    label: ClassVar[Text] = gettext_lazy("REST API")
    summary: ClassVar[Text] = gettext_lazy("An API that answers JSON, read page by page.")
    Config = RestConfig
    GROUPS: ClassVar[Mapping[str, Text]] = {
        "address": gettext_lazy("Address"),
        "auth": gettext_lazy("Authentication"),
        "records": gettext_lazy("Records"),
        "pages": gettext_lazy("Pages"),
        "news": gettext_lazy("Only what is new"),
        "pace": gettext_lazy("Pace"),
    }

    def check(self, config: RestConfig) -> Access:
        """Whether the API answers, and with records: one request, and one before it where a token is needed."""
        seconds = LOOK_SECONDS / 2 if config.auth == Auth.OAUTH2 else LOOK_SECONDS
        try:
            with _caller(config, total=seconds, tries=1) as caller:
                answer = caller.call(FIRST)
            records = answer.records(config.records_path)
        except CollectionError as error:
            return Access(is_well=False, message=str(error.message))
        found = ngettext(
            "%(host)s answers: %(count)s record in the first page.",
            "%(host)s answers: %(count)s records in the first page.",
            len(records),
        )
        return Access(is_well=True, message=found % {"host": config.host, "count": len(records)})

    def discover(self, config: RestConfig) -> list[Stream]:
        first = _first_page(config, total=PREVIEW_SECONDS)
        details = {"records_path": first.path, "pagination": str(first.paging.kind), **first.paging_details}
        return [Stream(name=config.name, columns=first.columns(config), details=details, is_sparse=True)]

    def partitions(self, config: RestConfig, stream: str, window: Window) -> Reading:
        """One part, in which all that was detected is pinned, the bounds of what is new among it."""
        now = datetime.now(UTC)
        first = _first_page(config)
        bounds = None
        if config.cursor_field:
            bounds = pin(config, values=first.values_of(config.cursor_field), window=window, now=now)
        pinned = Pinned(
            paging=first.paging, records_path=first.path, columns=tuple(columns_of(first.rows(config))), bounds=bounds
        )
        part = Part(key=KEY, details=pinned.model_dump(mode="json"))
        return Reading(parts=(part,), bookmark=bookmark_of(bounds, window) if config.cursor_field else None)

    def read(self, config: RestConfig, part: Part, cursor: Cursor | None) -> Iterator[Batch]:
        return read_batches(config, Pinned.model_validate(part.details), cursor)

    def sample(self, config: RestConfig) -> Iterator[Batch]:
        """The records of the first page. An API that wants a moment is given one, within a person's patience."""
        with _caller(config, total=PREVIEW_SECONDS) as caller:
            answer = caller.call(FIRST)
        records = answer.records(config.records_path)
        numbered = [(number, each) for number, each in enumerate(records, 1)]
        rows = [(number, as_row(each, config)) for number, each in numbered if isinstance(each, dict)]
        yield Batch(
            rows=make_batch([row for _number, row in rows], [number for number, _row in rows], columns=()),
            cursor={},
            rejected=tuple(rejected(each, number) for number, each in numbered if not isinstance(each, dict)),
        )


@dataclass(frozen=True, kw_only=True)
class _FirstPage:
    """The first answer of an API, and what was told from it."""

    records: list[Any]
    path: str | None
    paging: Paging

    @property
    def paging_details(self) -> dict[str, Any]:
        """What was detected of the pages, for people to see and correct."""
        said = self.paging.model_dump(mode="json", include={"next_path", "total_path", "cursor_param"})
        by_kind = {PagingKind.PAGE: "page_param", PagingKind.OFFSET: "offset_param"}
        name = by_kind.get(self.paging.kind)
        return {name: value for name, value in said.items() if value} | (
            {name: getattr(self.paging, name)} if name else {}
        )

    def rows(self, config: RestConfig) -> list[Mapping[str, Any]]:
        return [as_row(each, config) for each in self.records if isinstance(each, dict)]

    def columns(self, config: RestConfig) -> tuple[SourceColumn, ...]:
        rows = self.rows(config)
        return tuple(_column(name, [row.get(name) for row in rows]) for name in columns_of(rows))

    def values_of(self, field: str) -> list[Any]:
        """What the records have in a field. Raises CursorFieldMissing if none has it."""
        records = [each for each in self.records if isinstance(each, dict)]
        values = [each for each in (look(record, field) for record in records) if each is not MISSING]
        if records and not values:
            raise CursorFieldMissing(field=field, found=names_in(records[0]))
        return values


def _first_page(config: RestConfig, **limits: Any) -> _FirstPage:
    """Ask for the first page, and as many more as it takes to tell how they follow one another."""
    with _caller(config, **limits) as caller:
        answer = caller.call(FIRST)
        path = config.records_path or _path(answer)
        records = answer.records(path)
        paging = detect_paging(config, answer, path=path, probe=lambda params: caller.call(FIRST, probe=params))
    return _FirstPage(records=records, path=path, paging=paging)


def _path(answer: Answer) -> str | None:
    return None if answer.document is None else find_records(answer.document, host=answer.host)


def _caller(config: RestConfig, **limits: Any) -> Caller:
    """A caller that knows of pages what the settings say: enough for the first."""
    return Caller(config, Paging.of(config), tokens=Tokens(config, total=limits.get("total")), **limits)


def _column(name: str, values: Iterable[Any]) -> SourceColumn:
    texts = [text for text in (as_text(each) for each in values) if text is not None]
    return SourceColumn(name=name, proposed_type=proposed_type(texts), example=next(iter(texts), "")[:EXAMPLE])
