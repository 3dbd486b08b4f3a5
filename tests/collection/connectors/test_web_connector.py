"""The settings of a site, its check and its preview, and a run from its source to its segments."""

import pyarrow.parquet as pq
import pytest
from django.core.files.storage import storages
from django.utils import translation
from pydantic import ValidationError

from apps.collection.collecting import collect
from apps.collection.connectors import CONNECTORS
from apps.collection.connectors.base import Window
from apps.collection.connectors.outbound import NothingThere
from apps.collection.connectors.web import WebConnector
from apps.collection.connectors.web.config import WebConfig
from apps.collection.connectors.web.exceptions import NothingReadable, RobotsForbid, TermsNotRead
from apps.collection.connectors.web.sampling import try_page
from apps.collection.enums import RunState
from apps.collection.forms.configuration import configuration_form
from apps.collection.models import Rejection, Run
from apps.collection.previewing import preview
from apps.collection.telling import reason_text
from tests.collection.connectors import shop
from tests.collection.connectors.shop import html, open_shop
from tests.collection.factories import RunFactory, SourceFactory
from tests.core.http.conftest import page, redirect

WEB = WebConnector()


def config_of(site, path="/", **options):
    return WebConfig.model_validate({"start_urls": [site.url(path)]} | shop.CONFIG | options)


# --- Settings -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"start_urls": []}, "start_urls"),
        ({"start_urls": ["file:///etc/passwd"]}, "start_urls"),
        ({"start_urls": ["https://me:secret@a.org/"]}, "start_urls"),
        ({"fields": []}, "fields"),
        ({"fields": ["title"]}, "fields"),
        ({"fields": ["title = h1["]}, "fields"),
        ({"follow": ["re:("]}, "follow"),
        ({"item_pages": ["h3["]}, "item_pages"),
        ({"item_selector": "//li["}, "item_selector"),
        ({"contact": "me\r\nX-Evil: 1"}, "contact"),
        ({"allowed_domains": ["a b"]}, "allowed_domains"),
    ],
)
def test_settings_that_cannot_work_are_refused_where_they_are(options, field):
    with pytest.raises(ValidationError) as caught:
        WebConfig.model_validate({"start_urls": ["https://a.org/"], "fields": ["title = h1"]} | options)

    assert [error["loc"][0] for error in caught.value.errors()] == [field]


@pytest.mark.parametrize("fields", [["url = a"], ["title = h1", "title = h2"]])
def test_two_columns_of_the_same_name_are_refused(fields):
    with pytest.raises(ValidationError, match="Two fields"):
        WebConfig(start_urls=["https://a.org/"], fields=fields)


def test_the_form_takes_lists_one_on_each_line():
    form = configuration_form(WebConfig)(
        {
            "start_urls": "https://www.a.org/\nhttps://b.org/",
            "fields": 'title = h1 | required\ntags = .tag | join ", "',
            "follow": "li.next a\n/category/*",
            **{name: WebConfig.model_fields[name].default for name in ("max_depth", "max_pages", "max_page_kb")},
            **{
                name: WebConfig.model_fields[name].default
                for name in ("max_minutes", "delay", "concurrency", "timeout")
            },
        },
        config={},
    )

    assert form.is_valid(), form.errors
    config = WebConfig.model_validate(form.config)
    assert config.columns == ("url", "title", "tags")
    assert config.follow == ("li.next a", "/category/*")
    assert config.domains == ("a.org", "b.org")


def test_a_site_is_told_who_visits_and_where_to_write(settings):
    settings.ORGANISATION = settings.ORGANISATION | {"contact_email": "data@city.example"}
    settings.SITE_URL = "https://ecluse.city.example"
    common = {"start_urls": ["https://a.org/"], "fields": ["title = h1"]}

    theirs, ours = WebConfig(**common, contact="me@city.example"), WebConfig(**common)

    assert ours.user_agent == f"Ecluse/{settings.VERSION} (+https://ecluse.city.example; data@city.example)"
    assert "me@city.example" in theirs.user_agent


def test_no_setting_turns_robots_txt_off():
    assert not [name for name in WebConfig.model_fields if "robot" in name]


@pytest.mark.parametrize("missing", [{"terms": " "}, {"terms_checked": False}])
def test_a_site_is_not_collected_before_its_terms_were_read(missing):
    config = WebConfig.model_validate({"start_urls": ["https://a.org/x?name=someone"]} | shop.CONFIG | missing)

    with pytest.raises(TermsNotRead) as caught:
        WEB.partitions(config, "a.org", Window())

    assert caught.value.details == {"host": "a.org"}


# --- Looking --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("robots", "is_well", "said"),
    [
        (page(b"", status=404), True, "lets these pages be read."),
        (page(b"User-agent: *\nCrawl-delay: 5"), True, "one every 5 seconds"),
        (page(b"User-agent: *\nDisallow: /"), False, "robots.txt"),
        (page(b"", status=503), False, "did not answer as it should"),
    ],
    ids=["none", "slow", "closed", "failing"],
)
def test_a_check_asks_robots_txt_in_one_request(site, open_loopback, robots, is_well, said):
    site.answers["/robots.txt"] = robots

    access = WEB.check(config_of(site))

    assert (access.is_well, said in access.message) == (is_well, True)
    assert [seen.path for seen in site.requests] == ["/robots.txt"]


def test_the_columns_have_their_examples_and_the_pages_are_counted(site, open_loopback):
    open_shop(site)

    (stream,) = WEB.discover(config_of(site, "/list/3"))

    assert [(column.name, column.proposed_type) for column in stream.columns] == [
        ("url", "text"),
        ("title", "text"),
        ("price", "float"),
        ("photo", "text"),
        ("tags", "text"),
    ]
    assert stream.columns[1].example == "Product 21"
    assert stream.details == {"start_kind": "page", "follow": 1, "item_pages": 11}


def test_a_preview_reads_the_first_items_and_tells_what_it_could_not_read(site, open_loopback):
    open_shop(site)
    site.answers["/"] = html(f"<a href=/product/{shop.GONE}>x</a><a href=/product/2>x</a><a href=/product/3>x</a>")

    found = preview(kind="web", config=config_of(site).model_dump(mode="json", exclude_none=True))

    assert [row[1] for row in found.rows] == ["Product 2"]
    assert [(each.reason, each.details) for each in found.rejected] == [
        ("page_not_read", {"why": "status", "status": 404}),
        ("missing_field", {"field": "price"}),
    ]
    assert not [seen for seen in site.requests if seen.path.startswith("/private")]


def test_a_page_is_tried_as_a_run_would_read_it(site, open_loopback):
    open_shop(site)

    trial = try_page(config_of(site), site.url("/product/5?utm_source=x"))

    assert trial.url == site.url("/product/5")
    assert trial.rows[0].values["photo"] == site.url("/photos/b.png")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (page(b"", status=404), NothingThere),
        (page(b"%PDF", headers={"Content-Type": "application/pdf"}), NothingReadable),
        (redirect("/private/1"), RobotsForbid),
    ],
    ids=["nothing there", "no page", "forbidden"],
)
def test_a_start_that_cannot_be_read_is_an_error(site, open_loopback, answer, error):
    open_shop(site)
    site.answers["/start"] = answer

    with pytest.raises(error):
        WEB.discover(config_of(site, "/start"))


def test_a_sitemap_is_followed_to_its_pages_when_it_is_looked_at(site, open_loopback):
    open_shop(site)
    site.answers["/sitemap.xml"] = page(
        f"<urlset><url><loc>{site.url('/about')}</loc></url><url><loc>{site.url('/product/2')}</loc></url></urlset>".encode()
    )

    (stream,) = WEB.discover(config_of(site, "/sitemap.xml"))

    assert stream.details == {"start_kind": "listing", "follow": 0, "item_pages": 2}
    assert stream.columns[1].example == "Product 2"


# --- A run ----------------------------------------------------------------------------------------
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_run_lands_each_item_once_and_says_what_it_did_not_read(site, open_loopback, over):
    open_shop(site, over=over)
    config = config_of(site, timeout=1).model_dump(mode="json", exclude_none=True)
    run = RunFactory(source=SourceFactory(kind="web", config=config, max_rejected_share=50))

    collect(run_id=run.pk)

    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    names = [segment.name for segment in run.segments.order_by("seq")]
    rows = [row for name in names for row in pq.read_table(storages["lake"].path(name)).to_pylist()]
    assert shop.numbers(row["url"] for row in rows) == shop.READABLE
    said = {reason_text(each) for each in Rejection.objects.filter(run=run)}
    assert "The page could not be read: the site answers with the status 404." in said
    assert "1 page was not asked for: the robots.txt of the site forbids it." in said
    assert "The page has nothing where “price” is looked for." in said


@pytest.mark.django_db(transaction=True)
def test_a_run_of_a_site_whose_terms_nobody_read_fails_with_advice(site, open_loopback):
    open_shop(site)
    config = config_of(site, terms_checked=False).model_dump(mode="json", exclude_none=True)
    run = RunFactory(source=SourceFactory(kind="web", config=config))

    collect(run_id=run.pk)

    assert Run.objects.get(pk=run.pk).state == RunState.FAILED


def test_each_word_of_the_connector_is_lazy():
    connector = CONNECTORS["web"]

    with translation.override("en"):
        assert (str(connector.label), set(connector.GROUPS)) == (
            "Website",
            {
                each["group"]
                for field in WebConfig.model_fields.values()
                if isinstance(each := field.json_schema_extra, dict) and "group" in each
            },
        )
