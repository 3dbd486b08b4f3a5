"""Components: what each must show, what it must not when there is nothing, and that no parameter becomes markup."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace as Thing

import pytest
from django.conf import settings
from django.contrib.messages import constants
from django.core.paginator import Paginator
from django.utils import timezone, translation

from apps.core.charts import bar_chart, sparkline
from apps.core.gates import Check, GateState, Severity, Verdict
from apps.core.interface import Event, Stage, Task, Tone
from tests.core.rendering import XSS, Page, include, render

NOW = datetime(2026, 11, 19, 9, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def verdict(*checks, **options):
    return Verdict(judged_at=NOW, checks=checks, **options)


HOLDS = Check(name="Unique identifier", passed=True, measured="0", expected="0")
BLOCKS = Check(name="Service known", passed=False, measured="3.1%", expected="2% at most", message="1,507 rows.")
WARNS = Check(name="District given", passed=False, severity=Severity.WARNING)

HOSTILE = {
    "badge": {},
    "breadcrumb": {"current": XSS},
    "chart": {"chart": bar_chart(title=XSS, label_name=XSS, value_name=XSS, bars=[(XSS, 1)]), "id": "c"},
    "code": {"id": "c", "title": XSS, "code": XSS},
    "confirm": {"label": XSS, "cancel_url": XSS, "cancel_label": XSS, "action": XSS},
    "diagram": {"id": "d", "title": XSS, "view_box": "0 0 1 1", "sentences": [XSS]},
    "diff": {"id": "d", "title": XSS, "old": XSS, "new": XSS + "2"},
    "disclosure": {"summary": XSS},
    "empty": {"title": XSS, "text": XSS, "url": XSS, "action": XSS},
    "feed": {"events": [Event(at=NOW, text=XSS, url=XSS)]},
    "figures": {"figures": [Thing(label=XSS, value=XSS, note=XSS)]},
    "filter_form": {"id": "f", "clear_url": XSS},
    "gate_report": {
        "verdict": verdict(Check(name=XSS, passed=False, measured=XSS, expected=XSS, message=XSS)),
        "subject": XSS,
    },
    "language_switch": {"next": XSS, "csrf_token": "t"},
    "lock_chain": {
        "stages": [
            Stage(
                label=XSS,
                rank=1,
                gate=GateState.OPEN,
                url=XSS,
                figure=XSS,
                unit=XSS,
                note=XSS,
                gate_note=XSS,
                gate_url=XSS,
                gate_link=XSS,
            )
        ]
    },
    "msg": {"tone": "ok", "title": XSS, "text": XSS, "url": XSS, "action": XSS},
    "notifications": {"notifications": [Thing(at=NOW, text=XSS, url=XSS, tone="ok", is_read=False)]},
    "page_head": {"title": XSS, "kind": XSS, "verdict": XSS, "lede": XSS},
    "pagination_cursor": {"label": XSS, "next_url": XSS},
    "progress": {"id": "p", "label": XSS, "value": 1, "maximum": 2},
    "sparkline": {"id": "s", "chart": sparkline(title=XSS, labels=[XSS, "b"], values=[1, 2])},
    "steps": {"label": XSS, "steps": [Thing(label=XSS, status="done", url=XSS, tone="ok", word=XSS)]},
    "table": {"id": "t", "caption": XSS},
    "tabs": {"label": XSS, "tabs": [Thing(label=XSS, url=XSS, is_current=True)]},
    "tasks": {"tasks": [Task(label=XSS, url=XSS, detail=XSS, due=XSS)]},
    "theme_switch": {"theme": XSS, "next": XSS, "csrf_token": "t"},
}
del HOSTILE["badge"]
WITHOUT_TEXT = {"error_summary", "gate_symbols", "htmx", "messages", "pagination", "sign", "_check", "_shapes"}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_parameter_becomes_markup(name):
    html = include(name, **HOSTILE[name])

    assert "<script" not in html
    assert "&lt;script" in html


def test_every_component_opens_with_its_contract_and_is_tried_above():
    folder = Path(settings.BASE_DIR) / "templates" / "components"

    names = {path.stem for path in folder.glob("*.html")}

    assert names == set(HOSTILE) | WITHOUT_TEXT
    assert all(path.read_text().startswith("{% comment %}") for path in folder.glob("*.html"))


def test_the_tags_escape_what_they_write():
    html = render('{% state "ok" x %}{% badge "ok" x %}{% sort_header "name" x %}', x=XSS)

    assert "<script" not in html


def test_a_state_has_a_shape_and_a_word():
    assert render('{% state "bad" "Failed" %}') == '<span class="state is-bad">Failed</span>'


def test_a_gate_report_says_first_what_blocks_with_what_was_expected():
    page = Page(include("gate_report", verdict=verdict(HOLDS, WARNS, BLOCKS)))

    assert page.texts("h3") == ["Service known", "District given", "Unique identifier"]
    assert "Gate closed: one check blocks" in page.texts("p")
    assert page.texts("dd")[:2] == ["3.1%", "2% at most"]


def test_a_gate_report_without_a_check_is_open_and_says_that_nothing_was_checked():
    html = include("gate_report", verdict=verdict())

    assert "Gate open: nothing to check" in html
    assert "<ol" not in html


def test_a_gate_that_awaits_a_decision_says_so():
    assert "a person must decide" in include("gate_report", verdict=verdict(HOLDS, awaits_decision=True))


def test_many_checks_that_hold_are_folded_away():
    page = Page(include("gate_report", verdict=verdict(BLOCKS, *[HOLDS] * 6)))

    assert page.texts("summary") == ["Show the 6 checks that hold"]
    assert len(page.texts("h3")) == 7


def test_each_lock_tells_its_gate_in_words_and_hides_its_drawing():
    stages = [Stage(label=gate, rank=1, gate=gate) for gate in GateState]

    page = Page(include("lock_chain", stages=stages))

    assert len(page.all("li")) == 3
    assert all(drawing["aria-hidden"] == "true" for drawing in page.all("svg"))
    assert [use["href"] for use in page.all("use")] == ["#gate-open", "#gate-closed", "#gate-waiting"]
    assert {"Gate open", "Gate closed", "Gate waiting"} <= set(page.texts("span"))


def test_a_stage_that_lives_on_the_version_before_is_hatched():
    html = include("lock_chain", stages=[Stage(label="Model", rank=1, gate=GateState.WAITING, is_held=True)])

    assert 'class="lock is-held"' in html


def test_a_chart_is_named_and_followed_by_its_table_and_its_csv():
    chart = bar_chart(title="Rejects", label_name="Reason", value_name="Rows", bars=[("date", 31), ("text", 12)])

    page = Page(include("chart", chart=chart, id="rejects"))

    drawing = page.one("svg")
    assert drawing["role"] == "img"
    assert drawing["aria-labelledby"] == page.one("title")["id"] == "rejects-title"
    assert page.one("g")["aria-hidden"] == "true"
    assert [header["scope"] for header in page.all("th")] == ["col", "col", "row", "row"]
    assert page.one("a")["download"] == "rejects.csv"
    assert page.texts("figcaption")[0].startswith("Rejects date comes first")


def test_a_chart_without_a_value_says_so_and_draws_nothing():
    html = include("chart", chart=bar_chart(title="t", label_name="l", value_name="v", bars=[]), id="c")

    assert "There is no value yet." in html
    assert "<svg" not in html


def test_nothing_in_a_component_is_styled_inline():
    for name, parameters in HOSTILE.items():
        assert " style=" not in include(name, **parameters)


def test_a_table_scrolls_in_a_named_region_that_the_keyboard_reaches():
    html = render(
        '{% component "table" id="runs" caption="Runs" %}<tbody><tr><td>{{ x }}</td></tr></tbody>{% endcomponent %}',
        x=XSS,
    )

    page = Page(html)
    region = page.one("div")
    assert (region["role"], region["tabindex"]) == ("region", "0")
    assert region["aria-labelledby"] == page.one("caption")["id"]
    assert "<script" not in html


@pytest.mark.parametrize(
    ("path", "order", "leads_to"),
    [
        ("/?q=a&page=3", None, "?q=a&amp;tri=name"),
        ("/?tri=name", "ascending", "?tri=-name"),
        ("/?tri=-name", "descending", "?tri=name"),
        ("/?tri=other", None, "?tri=name"),
    ],
)
def test_a_sortable_header_tells_its_order_and_leads_to_the_other_on_the_first_page(path, order, leads_to):
    html = render('<table><tr>{% sort_header "name" "Name" %}</tr></table>', path)

    assert Page(html).one("th").get("aria-sort") == order
    assert f'href="{leads_to}"' in html


def test_one_page_only_needs_no_pagination():
    assert include("pagination", page=Paginator([1], 10).page(1), label="Pages").strip() == ""


def test_pagination_names_its_links_and_marks_the_current_one():
    page = Page(
        render(
            '{% include "components/pagination.html" with page=page label="Pages of runs" only %}',
            "/?q=a%26b",
            page=Paginator(range(30), 10).page(2),
        )
    )

    current = [link for link in page.all("a") if link.get("aria-current")]
    assert page.one("nav")["aria-label"] == "Pages of runs"
    assert [link["aria-label"] for link in current] == ["Page 2"]
    assert all("q=a%26b" in (link["href"] or "") for link in page.all("a"))


@pytest.mark.parametrize(
    ("level", "tone"), [(constants.SUCCESS, "ok"), (constants.ERROR, "bad"), (constants.WARNING, "warn"), (99, "info")]
)
def test_messages_take_the_tone_of_their_level(level, tone):
    class Message(Thing):
        def __str__(self):
            return XSS

    html = render('{% include "components/messages.html" with messages=said only %}', said=[Message(level=level)])

    assert f'class="msg is-{tone}"' in html
    assert "<script" not in html


def test_without_messages_there_is_no_empty_region():
    assert include("messages").strip() == ""


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=25), "yesterday, 09:14"),
        (timedelta(days=40), "10 October 2026, 11:14"),
        (timedelta(hours=-2), "19 November 2026, 12:14"),
    ],
)
def test_an_instant_is_told_as_people_say_it_with_its_exact_value(earlier, said):
    with timezone.override("Europe/Paris"):
        page = Page(render("{% ago at now %}", at=NOW - earlier, now=NOW))

    assert page.texts("time") == [said]
    assert datetime.fromisoformat(page.one("time")["datetime"]) == NOW - earlier


def test_a_diff_marks_lines_with_a_sign_as_well_as_a_colour():
    page = Page(include("diff", id="d", title="Rules", old="a\nb", new="a\nc"))

    assert page.texts("del") == ["- b"]
    assert page.texts("ins") == ["+ c"]


def test_a_confirmation_posts_with_its_token_and_names_the_act():
    html = render(
        '{% component "confirm" label="Delete the run" cancel_url="/" cancel_label="Keep it" %}{% endcomponent %}',
        csrf_token="tok",
    )

    assert 'name="csrfmiddlewaretoken"' in html
    assert "Delete the run" in Page(html).texts("button")[0]


def test_the_language_switch_offers_the_other_language_in_its_own_words():
    page = Page(include("language_switch", next="/", csrf_token="t"))

    button = page.one("button")
    assert (button["lang"], button["value"]) == ("fr", "fr")
    assert page.texts("button") == ["Français"]


def test_the_first_tone_of_a_task_is_shown_with_its_due_date():
    assert 'class="badge is-bad">Today' in include(
        "tasks", tasks=[Task(label="t", url="/", due="Today", tone=Tone.BAD)]
    )
