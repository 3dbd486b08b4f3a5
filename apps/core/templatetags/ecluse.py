"""What templates cannot say by themselves: numbers and times for people, states, gates, sortable headers, slots."""

from datetime import datetime
from difflib import ndiff
from typing import Any

from django import template
from django.contrib.messages import constants as levels
from django.template import RequestContext
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.core.gates import GateState
from apps.core.interface import Tone
from apps.core.numbers import format_number, format_percent, format_size

register = template.Library()

GATE_TONES = {GateState.OPEN: Tone.OK, GateState.CLOSED: Tone.BAD, GateState.WAITING: Tone.WAIT}
MESSAGE_TONES = {
    levels.DEBUG: Tone.OFF,
    levels.INFO: Tone.INFO,
    levels.SUCCESS: Tone.OK,
    levels.WARNING: Tone.WARN,
    levels.ERROR: Tone.BAD,
}

register.filter("number", format_number)
register.filter("percent", format_percent)
register.filter("size", format_size)


@register.simple_block_tag(takes_context=True)
def component(context: RequestContext, content: str, name: str, **parameters: Any) -> SafeString:
    """Render `components/<name>.html` with these parameters alone, and what stands between the tags as `body`."""
    engine = context.template.engine  # type: ignore[union-attr]  # a template that is being rendered is always bound
    values = {"csrf_token": context.get("csrf_token"), **parameters, "body": content}
    return engine.get_template(f"components/{name}.html").render(context.new(values))


@register.simple_tag
def state(tone: str, word: object) -> SafeString:
    """How something is: colour and shape by the tone, and the word."""
    return format_html('<span class="state is-{}">{}</span>', tone, word)


@register.simple_tag
def badge(tone: str, word: object) -> SafeString:
    """What something is, framed, beside its name."""
    return format_html('<span class="badge is-{}">{}</span>', tone, word)


@register.filter
def gate_tone(gate: str) -> Tone:
    return GATE_TONES[GateState(gate)]


@register.filter
def gate_label(gate: str) -> str:
    return str(GateState(gate).label)


@register.simple_tag
def gate(gate: str) -> SafeString:
    """The drawing of a gate. It is an ornament: the state is always written beside it."""
    return format_html(
        '<svg class="gate is-{}" aria-hidden="true" focusable="false"><use href="#gate-{}"/></svg>',
        gate_tone(gate),
        GateState(gate).value,
    )


@register.filter
def message_tone(level: int) -> Tone:
    return MESSAGE_TONES.get(level, Tone.INFO)


@register.simple_tag
def ago(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A past instant as people say it, in the reader's zone, with the exact one for machines and on hover."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        moment(local),
        since(at, now or timezone.now()),
    )


@register.filter
def moment(at: datetime) -> str:
    """A day and a time, in full, in the reader's zone."""
    local = timezone.localtime(at)
    said = date_format(local, pgettext("format of a day and a time", "j F Y, H:i"))
    return pgettext("first day of a month", "1") + said[1:] if local.day == 1 and said.startswith("1 ") else said


def since(at: datetime, now: datetime) -> str:
    """“12 min ago”, “3 h ago”, “yesterday, 22:05”, then the day and the time."""
    minutes = int((now - at).total_seconds() // 60)
    if not 0 <= minutes < 24 * 60:
        days = (timezone.localtime(now).date() - timezone.localtime(at).date()).days
        hour = date_format(timezone.localtime(at), pgettext("format of a time", "H:i"))
        return _("yesterday, %(time)s") % {"time": hour} if days == 1 else moment(at)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(count)s min ago", "%(count)s min ago", minutes) % {"count": minutes}
    return ngettext("%(count)s h ago", "%(count)s h ago", minutes // 60) % {"count": minutes // 60}


@register.simple_tag(takes_context=True)
def sort_header(context: RequestContext, key: str, label: object, numeric: bool = False) -> SafeString:
    """A column header that sorts by `key` (GET parameter `tri`), then the other way round, back on the first page."""
    query = context["request"].GET.copy()
    current = query.get("tri", "")
    order = {key: "ascending", f"-{key}": "descending"}.get(current)
    query["tri"] = f"-{key}" if order == "ascending" else key
    query.pop("page", None)
    return format_html(
        '<th scope="col"{}{}><a href="?{}">{}</a></th>',
        mark_safe(' class="num"') if numeric else "",
        format_html(' aria-sort="{}"', order) if order else "",
        query.urlencode(),
        label,
    )


@register.filter
def diff(old: str, new: str) -> list[tuple[str, str]]:
    """The lines of two texts, each with its sign: “+” added, “-” removed, a space if it stays."""
    lines = ndiff(old.splitlines(), new.splitlines())
    return [(line[0], line[2:]) for line in lines if line[0] != "?"]


@register.filter
def row_header(cell: SafeString) -> SafeString:
    """A cell of the administration's lists; the one that names its row says so, which Django leaves out."""
    return mark_safe(cell.replace("<th ", '<th scope="row" ', 1))  # noqa: S308 -- safe already: Django made this cell
