"""What is masked in logs and error reports, and what must stay readable."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.core.scrubbing import MASKED, scrub, scrub_log, scrub_text

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
FERNET = "gAAAAABkZ9q1mY2b8h0P7Q9Z1x2c3v4b5n6m"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("no account for jeanne.d-arc+x@mairie.example.fr.", "jeanne.d-arc+x@mairie.example.fr"),
        ("/inscription/jeanne%40example.org/", "jeanne%40example.org"),
        ("Authorization: Bearer abcdef123456", "abcdef123456"),
        ("sent basic dXNlcjpwYXNz to it", "dXNlcjpwYXNz"),
        ('{"password": "two words"}', "two words"),
        ("password='it''s mine', user=3", "it''s"),
        ("connect(api_key=sk-123)", "sk-123"),
        ("X-Api-Key: k9", "k9"),
        ("csrfmiddlewaretoken=Zz9", "Zz9"),
        ("postgres://bob:hunter2@db/x", "hunter2"),
        ("redis://:hunter2@127.0.0.1/0", "hunter2"),
        ("GET https://site.test/page?nom=Dupont&x=1 failed", "Dupont"),
        ("/recherche/?q=maladie", "maladie"),
        (JWT, JWT[:30]),
        (f"stored {FERNET}", FERNET),
        ("token ecl_1234567890", "ecl_1234567890"),
        ("key AKIAabcdefghij0123456789ABCDEFGHIJKLMN", "AKIAabcdefghij"),
        ("from 192.168.1.20 port 80", "192.168.1.20"),
        ("from 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        ("from [2001:db8::1]:443", "2001:db8::1"),
        ("call +33 6 12 34 56 78 now", "6 12 34 56 78"),
        ("call +33612345678", "612345678"),
        ("call 06.12.34.56.78", "06.12.34.56.78"),
        ("call 0612345678.", "0612345678"),
        ("DETAIL:  Failing row contains (1, Jeanne, Dupont).", "Jeanne"),
        ('invalid input syntax for type integer: "Jeanne"', "Jeanne"),
        ('CONTEXT:  COPY person, line 1, column age: "Jeanne"', "Jeanne"),
    ],
)
def test_what_says_who_someone_is_or_opens_a_door_is_masked(text, hidden):
    scrubbed = scrub_text(text)

    assert hidden not in scrubbed
    assert MASKED in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:30:45.123456+00:00",
        "2026-03-01 12:30:45",
        "Django 5.2.1 on Python 3.11.7",
        "listening on 127.0.0.1:8000 and [::1]:8000 and 0.0.0.0",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "5c9f9d2e-4a5e-4b1c-9a51-0d8f9d1f6f3a",
        "collection.source:42",
        'File "/srv/ecluse/apps/core/leases.py", line 84, in claim_next',
        "compte/cle/<uidb36>-<key>/",
        "12345678901234 rows in 0.25 s (3 tries)",
        "tests/core/test_scrubbing.py::test_what_says_who_someone_is_or_opens_a_door_is_masked",
        "What is it? x=1",
    ],
)
def test_what_an_operator_needs_stays_readable(text):
    assert scrub_text(text) == text


def test_what_sits_under_the_name_of_a_secret_is_masked_at_any_depth():
    value = {"a": [{"deep": {"api_key": "k"}}, ("x", {"Password": ["p"]})], "n": 3, "user_name": "Jeanne", "ok": None}

    assert scrub(value) == {
        "a": [{"deep": {"api_key": MASKED}}, ["x", {"Password": MASKED}]],
        "n": 3,
        "user_name": MASKED,
        "ok": None,
    }


def test_a_key_that_is_an_e_mail_is_masked_and_an_object_is_scrubbed_as_text():
    assert scrub({"a@example.org": ValueError("b@example.org")}) == {MASKED: MASKED}


def test_a_log_line_keeps_listed_keys_only():
    line = scrub_log(None, "info", {"event": "x", "subject": "a:1", "full_name": "Jeanne", "_record": "r"})

    assert line == {"event": "x", "subject": "a:1", "_record": "r"}


@given(text=st.text())
@example("password=x, Bearer abcdef123 to a@b.example?c=d DETAIL: e")
@example("token: 'a b'")
def test_scrubbing_twice_changes_nothing_more(text):
    once = scrub_text(text)

    assert scrub_text(once) == once


@given(
    local=st.from_regex(r"[a-z0-9._-]{1,20}", fullmatch=True), around=st.sampled_from(["<{}>", "({})", "'{}',", "{}"])
)
def test_no_e_mail_gets_through(local, around):
    assert f"{local}@example.org" not in scrub_text(around.format(f"{local}@example.org"))
