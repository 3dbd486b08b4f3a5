from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from apps.core.postgresql import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Iterator[Any]:
    """A connection of a process, between two requests."""
    kept = connection.copy()
    kept.ensure_connection()
    kept.close_if_unusable_or_obsolete()
    yield kept
    kept.close()


def ask(kept: Any) -> int:
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_that_was_cut_while_it_rested_is_replaced(kept):
    cut = kept.connection.get_backend_pid()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [cut])

    assert ask(kept) != cut


def test_a_connection_in_use_is_asked_whether_it_answers_once_in_a_while(kept, monkeypatch):
    ask(kept)
    first = kept.answered_at
    kept.close_if_unusable_or_obsolete()
    ask(kept)
    assert kept.answered_at == first

    monkeypatch.setattr(base, "ASKED_EVERY", 0)
    kept.close_if_unusable_or_obsolete()
    ask(kept)
    assert kept.answered_at > first


def test_a_request_that_lasts_is_not_asked_between_a_commit_and_what_follows_it(kept, monkeypatch):
    ask(kept)
    kept.close_if_unusable_or_obsolete()
    ask(kept)
    kept.set_autocommit(False)
    ask(kept)

    monkeypatch.setattr(base, "ASKED_EVERY", 0)
    kept.commit()
    kept.set_autocommit(True)

    assert ask(kept)
