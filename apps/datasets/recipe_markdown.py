"""The documentation of a recipe as Markdown, to be kept beside the data. What people wrote is text there, no markup."""

import re
from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.numbers import format_number
from apps.datasets.documenting import Documentation, DocumentedTable, Need
from apps.datasets.recipes.telling import Told

MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def as_markdown(documentation: Documentation) -> str:
    """In the language of the moment."""
    return "\n".join(_lines(documentation)) + "\n"


def _lines(documentation: Documentation) -> Iterator[str]:
    yield "# " + _("Recipe of %(name)s") % {"name": plain(documentation.name)}
    yield ""
    yield _state(documentation)
    if documentation.hidden:
        yield ""
        yield _("What is about columns that you may not read is left out.")
    yield from _section(_("What it stands on"))
    yield from _table((_("What"), _("Which"), _("Detail")), [*documentation.tools, *documentation.reads])
    yield from _section(_("How it is run"))
    for command in documentation.commands:
        yield from (f"**{command.purpose}**", "", "```sh", command.line, "```", "")
    if documentation.needs_key:
        yield _("It makes pseudonyms: the instance needs its secret PSEUDONYM_KEY, which is written nowhere here.")
    for table in documentation.tables:
        yield from _documented(table)
    if documentation.sql:
        yield from _section(_("Compiled SQL"))
        fence = "`" * (max((len(run) for run in re.findall(r"`+", documentation.sql)), default=2) + 1)
        yield from (f"{fence}sql", documentation.sql, fence)


def _state(documentation: Documentation) -> str:
    if documentation.version is None or documentation.made_at is None:
        return _("As it is written today; the next build applies it.")
    day = date_format(timezone.localtime(documentation.made_at), "DATE_FORMAT")
    return _("As it made version %(number)s, published on %(day)s.") % {"number": documentation.version, "day": day}


def _documented(table: DocumentedTable) -> Iterator[str]:
    yield from _section(_("Table “%(name)s”") % {"name": plain(table.entity.title)})
    if table.entity.description:
        yield from (plain(table.entity.description.strip()), "")
    yield _("Read from: %(names)s.") % {"names": ", ".join(plain(name) for name in table.inputs)}
    if table.counts:
        counts = ", ".join(f"{label} {format_number(count)}" for label, count in table.counts)
        yield from ("", f"{counts}.")
    yield from _heading(_("Steps, in order"))
    for number, each in enumerate(table.steps, 1):
        yield from _step(number, each)
    yield from _heading(_("What is asked of each row"))
    for each in table.asked:
        yield f"- {plain(str(each.sentence))}"
    if table.rules:
        yield from _heading(_("Quality rules"))
        for each, consequence in table.rules:
            yield f"- {plain(str(each.sentence))} {consequence}"


def _step(number: int, told: Told) -> Iterator[str]:
    where = f"({plain(told.input)}) " if told.input else ""
    yield f"{number}. {where}{plain(str(told.sentence))}"
    if told.note:
        yield "   - " + _("Why: %(note)s") % {"note": plain(told.note)}


def _section(title: str) -> Iterator[str]:
    yield from ("", f"## {title}", "")


def _heading(title: str) -> Iterator[str]:
    yield from ("", f"### {title}", "")


def _table(titles: Sequence[str], needs: Sequence[Need]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for need in needs:
        yield f"| {need.kind} | {plain(need.name)} | {plain(need.detail)} |"


def plain(text: str) -> str:
    """This text on one line, so that nothing in it is read as markup."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))
