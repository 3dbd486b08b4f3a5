"""The four methods of the connector of kind *file*, on files that were sent and on files that are at an address."""

import gzip
import json
import subprocess
import sys
from dataclasses import asdict
from itertools import chain, repeat

import pytest

from apps.collection.collecting import collect
from apps.collection.connectors import CONNECTORS
from apps.collection.connectors.base import Part, Window
from apps.collection.connectors.file import FileConnector, fetching
from apps.collection.connectors.file.config import FileConfig
from apps.collection.connectors.file.content import SAMPLE
from apps.collection.connectors.file.exceptions import FileNotThere
from apps.collection.connectors.file.fetching import download_file, is_kept, kept, lake_name
from apps.collection.connectors.outbound import (
    AddressNotAllowed,
    NothingThere,
    SiteOutOfReach,
    SiteRateLimited,
    SiteRefusesUs,
    SiteTooSlow,
    SiteTooTalkative,
)
from apps.collection.enums import RunState
from apps.collection.exceptions import AuthError, Blocked, ConfigError, RateLimited, Transient
from tests.collection.factories import RunFactory, SourceFactory
from tests.core.http.conftest import at_most, page, raw, redirect

CONNECTOR = FileConnector()
TABLE = "numéro;âge\n1;20\n2;trente;trop\n3;40\n".encode("cp1252")


def everything(config: FileConfig, part: Part):
    batches = list(CONNECTOR.read(config, part, None))
    return [row for batch in batches for row in batch.rows.to_pylist()], [each for b in batches for each in b.rejected]


def test_it_is_registered_under_its_kind():
    assert isinstance(CONNECTORS["file"], FileConnector)
    assert [connector.kind for connector in CONNECTORS].count("file") == 1


def test_a_file_that_was_sent_is_checked_discovered_pinned_and_read(uploaded):
    config = uploaded(TABLE, "suivi.csv")

    access = CONNECTOR.check(config)
    (stream,) = CONNECTOR.discover(config)
    (part,) = CONNECTOR.partitions(config, stream.name, Window()).parts
    rows, rejected = everything(config, part)

    assert access.is_well
    assert "suivi.csv" in access.message
    assert [(column.name, column.proposed_type) for column in stream.columns] == [
        ("numéro", "integer"),
        ("âge", "integer"),
    ]
    assert part.key == "all"
    assert part.size == len(TABLE)
    assert part.details == {
        "digest": config.upload.digest,
        "name": "suivi.csv",
        "size": len(TABLE),
        "layout": {
            "encoding": "windows-1252",
            "delimiter": "semicolon",
            "quote": "double",
            "skip_lines": 0,
            "header": True,
            "columns": ["numéro", "âge"],
        },
    }
    assert stream.details == part.details["layout"]
    assert rows == [{"numéro": "1", "âge": "20", "_row": 1}, {"numéro": "3", "âge": "40", "_row": 3}]
    assert [(each.row, each.reason, each.details) for each in rejected] == [
        (2, "too_many_columns", {"expected": 2, "found": 3})
    ]


def test_a_part_of_what_was_sent_does_not_pass_for_the_whole(uploaded, media):
    config = uploaded(TABLE)
    (stored,) = (path for path in media.rglob(config.upload.digest))
    stored.write_bytes(TABLE[:-20])

    with pytest.raises(FileNotThere):
        CONNECTOR.partitions(config, "", Window())


def test_a_part_is_read_the_same_by_another_process_after_the_settings_changed(uploaded):
    config = uploaded(TABLE)
    (part,) = CONNECTOR.partitions(config, "", Window()).parts
    stored = Part(**json.loads(json.dumps(asdict(part))))
    changed = config.model_copy(update={"delimiter": "comma", "header": False})

    assert everything(changed, stored) == everything(config, part)


def test_the_encoding_is_told_by_a_letter_far_in_the_file(uploaded):
    content = b"id;nom\n" + b"1;Anne\n" * (SAMPLE // 5) + "2;Zoé\n".encode("cp1252") * 3
    config = uploaded(gzip.compress(content))

    (part,) = CONNECTOR.partitions(config, "", Window()).parts
    rows, rejected = everything(config, part)

    assert part.details["layout"]["encoding"] == "windows-1252"
    assert rows[-1]["nom"] == "Zoé"
    assert rejected == []


def test_a_file_that_is_gone_is_told_by_the_name_that_people_know():
    config = FileConfig(upload={"digest": "0" * 64, "name": "suivi.csv"})

    access = CONNECTOR.check(config)

    assert not access.is_well
    assert "suivi.csv" in access.message
    with pytest.raises(FileNotThere):
        CONNECTOR.partitions(config, "", Window())


def test_showing_sources_imports_no_library_of_data():
    heavy = "{'pyarrow', 'numpy', 'pandas', 'duckdb', 'charset_normalizer.md'} & set(sys.modules)"
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings.test'\n"
        "import django; django.setup(); before = " + heavy + "\n"
        "import apps.collection.connectors; print((" + heavy + ") - before)"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


# --- Files at an address --------------------------------------------------------------------------
@pytest.mark.usefixtures("open_loopback")
class TestAtAnAddress:
    def test_it_is_downloaded_once_then_read_without_the_network(self, site):
        site.answers["/suivi%20m%C3%A9dical.csv"] = page(TABLE)
        config = FileConfig(url=site.url("/suivi%20m%C3%A9dical.csv"))

        (part,) = CONNECTOR.partitions(config, "", Window()).parts
        asked = len(site.requests)
        rows, _rejected = everything(config, part)

        assert part.details["name"] == "suivi médical.csv"
        assert len(rows) == 2
        assert len(site.requests) == asked == 1

    def test_its_name_is_what_can_be_kept_of_its_address(self, site):
        assert FileConfig(url=site.url("/a%00%0Ab.csv")).name == "ab.csv"
        assert FileConfig(url=site.url("/%00")).name == site.url("/").split("/")[2]

    def test_checking_and_discovering_ask_for_its_beginning_only(self, site):
        site.answers["/a.csv"] = page(TABLE)
        config = FileConfig(url=site.url("/a.csv"))

        access = CONNECTOR.check(config)
        (stream,) = CONNECTOR.discover(config)

        assert access.is_well
        assert [column.name for column in stream.columns] == ["numéro", "âge"]
        assert [seen.headers["Range"] for seen in site.requests] == [f"bytes=0-{SAMPLE - 1}"] * 2

    def test_a_site_that_sends_everything_anyway_is_left_when_there_is_enough(self, site):
        site.answers["/"] = raw(
            b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\na;b\n", b"1;2\n" * 100_000, every=0
        )

        (stream,) = CONNECTOR.discover(FileConfig(url=site.url("/")))

        assert [column.proposed_type for column in stream.columns] == ["integer", "integer"]

    def test_a_compressed_file_is_discovered_from_a_piece_of_it(self, site):
        content = b"id;nom\n" + b"".join(b"%d;nom%d\n" % (number, number**5) for number in range(100_000))
        site.answers["/"] = page(gzip.compress(content)[:SAMPLE])

        (stream,) = CONNECTOR.discover(FileConfig(url=site.url("/")))

        assert [column.name for column in stream.columns] == ["id", "nom"]

    def test_a_page_that_asks_to_sign_in_is_no_table(self, site):
        site.answers["/"] = page(b"<!DOCTYPE html><title>Sign in</title>")

        access = CONNECTOR.check(FileConfig(url=site.url("/")))

        assert not access.is_well
        assert "HTML" in access.message

    @pytest.mark.parametrize(
        ("status", "error", "kind"),
        [
            (401, SiteRefusesUs, AuthError),
            (404, NothingThere, ConfigError),
            (429, SiteRateLimited, RateLimited),
            (503, SiteOutOfReach, Transient),
        ],
    )
    def test_what_a_site_answers_says_what_becomes_of_the_run(self, site, status, error, kind):
        site.answers["/"] = page(b"", status=status, headers={"Retry-After": "90"} if status == 429 else {})
        config = FileConfig(url=site.url("/secret-path.csv?key=123"))
        site.answers["/secret-path.csv"] = site.answers["/"]

        with pytest.raises(error) as caught:
            CONNECTOR.partitions(config, "", Window())

        assert isinstance(caught.value, kind)
        assert caught.value.details["host"] == "127.0.0.1"
        assert "secret" not in str(caught.value)
        if status == 429:
            assert caught.value.retry_after == 90

    def test_a_file_over_the_limit_is_refused_and_leaves_nothing(self, site, settings, media):
        settings.COLLECT_MAX_FILE_BYTES = 1000
        site.answers["/"] = page(b"x" * 1001)

        with pytest.raises(SiteTooTalkative):
            download_file(site.url("/"))

        assert not list(media.rglob("*.tmp"))
        assert not list(media.glob(".incoming-*"))

    def test_a_file_that_never_ends_is_left_at_the_limit_and_leaves_nothing(self, site, settings, media, over):
        settings.COLLECT_MAX_FILE_BYTES = 1_000_000
        site.answers["/"] = raw(b"HTTP/1.1 200 OK\r\n\r\na;b\n", b"1;2\n" * 10_000, stop=over)

        with at_most(10), pytest.raises(SiteTooTalkative):
            download_file(site.url("/"))

        assert not list(media.glob(".incoming-*"))

    def test_a_file_that_comes_too_slowly_is_left_in_time_and_leaves_nothing(self, site, monkeypatch, media, over):
        monkeypatch.setattr(fetching, "DOWNLOAD_SECONDS", 0.5)
        site.answers["/"] = raw(b"HTTP/1.1 200 OK\r\n\r\na;b\n", b"1;2\n", every=0.05, stop=over)

        with at_most(10), pytest.raises(SiteTooSlow):
            download_file(site.url("/"))

        assert not list(media.glob(".incoming-*"))

    def test_a_redirection_to_a_private_address_is_refused(self, site):
        site.answers["/"] = redirect("http://169.254.169.254/latest/meta-data")

        with pytest.raises(AddressNotAllowed):
            CONNECTOR.partitions(FileConfig(url=site.url("/")), "", Window())

    @pytest.mark.django_db(transaction=True)
    def test_a_site_that_dies_half_way_is_asked_again_and_the_whole_file_lands_once(self, site, settings, media):
        whole = b"id;name\n" + b"".join(b"%d;someone\n" % number for number in range(50_000))
        answers = chain([page(whole[: len(whole) // 2], length=len(whole))] * 3, repeat(page(whole)))
        site.answers["/"] = lambda handler: next(answers)(handler)
        settings.COLLECT_RETRY_SECONDS = 60
        source = SourceFactory(kind="file", config={"url": site.url("/")})

        run = collect(run_id=RunFactory(source=source).pk)

        assert (run.state, run.rows_kept) == (RunState.SUCCEEDED, 50_000)
        assert not list(media.glob(".incoming-*"))

    def test_the_same_file_is_kept_once_under_its_digest(self, site):
        site.answers["/a"] = site.answers["/b"] = page(TABLE)

        first, second = download_file(site.url("/a")), download_file(site.url("/b"))

        assert first == second
        assert is_kept(first)
        assert lake_name(first) == f"files/{first[:2]}/{first}"
        with kept(digest=first, name="") as path:
            assert path.read_bytes() == TABLE


def test_an_address_that_is_closed_blocks_the_run(site):
    with pytest.raises(AddressNotAllowed) as caught:
        CONNECTOR.partitions(FileConfig(url=site.url("/")), "", Window())

    assert isinstance(caught.value, Blocked)
