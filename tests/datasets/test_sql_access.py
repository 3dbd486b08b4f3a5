"""Reading by SQL, by real connections: what the views show, that they follow, and that nothing else can be done."""

from contextlib import closing
from dataclasses import replace
from io import StringIO

import psycopg2
import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg2 import errors

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.datasets import sql_access
from apps.datasets.audit_actions import AuditAction
from apps.datasets.designing import change_design, delete_dataset
from apps.datasets.enums import Confidentiality, Mask, Visibility
from apps.datasets.granting import change_visibility, give_access, take_back_access
from apps.datasets.models import Grant, SqlAccess
from apps.datasets.sql_access import close_sql, drop_replaced_views, end_long_sessions, keep_sql_access, open_sql
from tests.accounts.factories import UserFactory
from tests.datasets.factories import GRENOBLE, STEPS, TOWNS, VOIRON, built, design, make_dataset, source_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

CODE, NAME, POPULATION = TOWNS.columns
RESTRICTED = Confidentiality.RESTRICTED
MASKED = replace(
    TOWNS,
    columns=(
        replace(CODE, mask=Mask.START, confidentiality=RESTRICTED),
        replace(NAME, mask=Mask.PSEUDONYM, confidentiality=RESTRICTED),
        replace(POPULATION, mask=Mask.RANGE, confidentiality=RESTRICTED),
    ),
)
SHOWN = "SELECT * FROM towns__town ORDER BY id"
REFUSED = [
    "SELECT * FROM data.towns__town__v1",
    "SELECT count(*) FROM public.accounts_user",
    "SELECT * FROM public.datasets_dataset",
    "SELECT * FROM public.django_session",
    "INSERT INTO towns__town (id) VALUES (9)",
    "UPDATE towns__town SET name = 'x'",
    "DELETE FROM towns__town",
    "TRUNCATE data.towns__town__v1",
    "DROP VIEW towns__town",
    "CREATE OR REPLACE VIEW towns__town AS SELECT 1",
    "CREATE TABLE mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE TABLE data.mine (a int)",
    "CREATE TEMP TABLE mine (a int)",
    "SELECT 1 INTO TEMP mine",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "COPY towns__town TO '/tmp/towns.csv'",
    "COPY towns__town TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{owner}'",
    "ALTER ROLE CURRENT_USER CONNECTION LIMIT 100",
    "ALTER ROLE CURRENT_USER CREATEDB",
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM pg_statistic",
]
# No right; a view that cannot be written; no schema where something could be made.
NO_RIGHT = {"42501", "55000", "3F000"}


@pytest.fixture(autouse=True)
def _no_role_left():
    """Roles are those of the whole server: no database that is emptied takes them away."""
    yield
    SqlAccess.objects.all().delete()
    keep_sql_access()
    drop_replaced_views()


@pytest.fixture
def person():
    return UserFactory(email="analyst@example.org")


@pytest.fixture
def developer():
    return UserFactory(role=Role.AI_DEVELOPER)


@pytest.fixture
def towns():
    dataset = make_dataset(GRENOBLE, VOIRON, name="Towns", slug="towns", visibility="public")
    built(dataset)
    return dataset


def connected(opened, password=""):
    """A connection as a reader makes one, by the password that was told."""
    settings = connection.get_connection_params()
    made = psycopg2.connect(
        host=settings.get("host"),
        port=settings.get("port"),
        dbname=settings["dbname"],
        user=opened.role,
        password=password or opened.password,
        connect_timeout=5,
    )
    made.autocommit = True
    return closing(made)


def ask(made, sql):
    with made.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def refusal_of(made, sql):
    """The code of the error that a statement meets; nothing if it is done."""
    try:
        ask(made, sql)
    except psycopg2.Error as error:
        return error.pgcode
    return ""


def test_a_reader_reads_the_views_of_what_they_may_read(person, towns):
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as made:
        assert ask(made, SHOWN) == [(1, "38185", "Grenoble", 158198), (2, "38563", "Voiron", 20248)]


def test_the_application_still_connects_once_somebody_reads(person, towns):
    open_sql(holder=person, datasets=[towns], by=None)

    with closing(psycopg2.connect(**connection.get_connection_params())) as made:
        assert ask(made, "SELECT 1") == [(1,)]


def test_masked_columns_are_masked_and_pseudonyms_are_not_there(person, towns):
    change_design(dataset=towns, design=design(MASKED, STEPS, source_of(towns).slug), by=None)
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as made:
        assert ask(made, SHOWN) == [(1, "38…", "100000–200000"), (2, "38…", "20000–30000")]
        with pytest.raises(errors.UndefinedColumn):
            ask(made, "SELECT name FROM towns__town")


def test_a_reader_does_nothing_else_even_once_they_ask_to_write(person, towns):
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as made:
        ask(made, "SET default_transaction_read_only = off")
        owner = connection.settings_dict["USER"]
        refused = {each: refusal_of(made, each.replace("{owner}", owner)) for each in REFUSED}

    assert {statement: why for statement, why in refused.items() if why not in NO_RIGHT} == {}


def test_a_reader_may_touch_no_relation_but_their_views(person, towns):
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as made:
        found = ask(
            made,
            "SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE relkind IN ('r', 'v', 'm', 'f', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema') "
            "AND has_schema_privilege(n.oid, 'USAGE') "
            "AND (has_table_privilege(pg_class.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') "
            "OR has_any_column_privilege(pg_class.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))",
        )
        functions = ask(
            made,
            "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace "
            "WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND has_schema_privilege(n.oid, 'USAGE') "
            "AND has_function_privilege(pg_proc.oid, 'EXECUTE')",
        )

    assert found == [(opened.role, "towns__town")]
    assert functions == []


def test_limits_are_those_of_the_role_on_the_server(person, towns):
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as made:
        told = {name: ask(made, f"SHOW {name}")[0][0] for name in [*sql_access.SETTINGS, "search_path"]}
        with pytest.raises(errors.ReadOnlySqlTransaction):
            ask(made, "CREATE TABLE mine (a int)")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolconnlimit, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolinherit "
            "FROM pg_roles WHERE rolname = %s",
            [opened.role],
        )
        role = cursor.fetchone()

    assert told == {
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "1min",
        "idle_session_timeout": "15min",
        "default_transaction_read_only": "on",
        "search_path": opened.role,
    }
    assert role == (sql_access.CONNECTIONS, False, False, False, False, False)


def test_no_more_connections_than_said(person, towns, monkeypatch):
    monkeypatch.setattr(sql_access, "CONNECTIONS", 1)
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened), pytest.raises(psycopg2.OperationalError, match="too many connections"):
        connected(opened)


def test_a_session_that_lifted_its_own_limits_is_ended(person, towns, monkeypatch):
    monkeypatch.setattr(sql_access, "LONGEST_TRANSACTION", "0 seconds")
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as made:
        made.autocommit = False
        ask(made, "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        ask(made, SHOWN)
        ended = end_long_sessions()
        with pytest.raises(psycopg2.OperationalError):
            ask(made, SHOWN)

    assert ended == 1


def test_views_follow_a_publication_without_waiting_for_their_readers(person, towns):
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as reading, connected(opened) as other:
        reading.autocommit = False
        before = ask(reading, SHOWN)
        built(towns, GRENOBLE, VOIRON, {"Code": "29019", "Nom": "Brest", "Population": "139456"})
        after = ask(other, SHOWN)
        dropped_while_read = drop_replaced_views()
        reading.rollback()
        again = ask(reading, SHOWN)

    assert (len(before), len(after), len(again)) == (2, 3, 3)
    assert dropped_while_read == 0
    assert drop_replaced_views() == 1


def test_what_becomes_confidential_is_so_at_once_in_sessions_that_are_open(person, towns):
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as made:
        ask(made, f"PREPARE asked AS {SHOWN}")
        ask(made, "EXECUTE asked")
        change_design(dataset=towns, design=design(MASKED, STEPS, source_of(towns).slug), by=None)
        after = ask(made, SHOWN)
        with pytest.raises(psycopg2.Error):
            ask(made, "EXECUTE asked")

    assert after[0] == (1, "38…", "100000–200000")


def test_an_access_taken_back_takes_the_views_away(person, towns, developer):
    change_visibility(dataset=towns, visibility=Visibility.RESTRICTED, by=developer)
    towns.refresh_from_db()
    Grant.objects.create(dataset=towns, user=person)
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as made:
        ask(made, SHOWN)
        take_back_access(grant=Grant.objects.get(), by=developer)
        with pytest.raises(errors.UndefinedTable):
            ask(made, SHOWN)


def test_a_wider_access_shows_more_at_once(person, towns, developer):
    change_design(dataset=towns, design=design(MASKED, STEPS, source_of(towns).slug), by=None)
    opened = open_sql(holder=person, datasets=[towns], by=None)

    give_access(dataset=towns, to=person, level=RESTRICTED, by=developer)

    with connected(opened) as made:
        assert ask(made, SHOWN)[0] == (1, "38185", "Grenoble", 158198)


def test_whoever_may_not_read_a_dataset_gets_no_role(person, towns, developer):
    change_visibility(dataset=towns, visibility=Visibility.INTERNAL, by=developer)

    with pytest.raises(CommandError, match="may not read"):
        call_command("grant_sql", person.email, "towns")

    assert not SqlAccess.objects.exists()
    assert not sql_access._exists(SqlAccess(dataset=towns, user=person).role)


def test_a_group_reads_as_its_role_does(towns, developer):
    change_design(dataset=towns, design=design(MASKED, STEPS, source_of(towns).slug), by=None)
    change_visibility(dataset=towns, visibility=Visibility.INTERNAL, by=developer)
    towns.refresh_from_db()

    opened = open_sql(holder=Group.objects.get(name=Role.AI_DEVELOPER), datasets=[towns], by=None)

    with connected(opened) as made:
        assert ask(made, SHOWN)[0] == (1, "38185", "Grenoble", 158198)


@pytest.mark.parametrize("ending", ["deactivate", "delete"])
def test_an_account_that_ends_reads_nothing_more(person, towns, ending):
    opened = open_sql(holder=person, datasets=[towns], by=None)
    if ending == "delete":
        person.delete()
    else:
        type(person).objects.filter(pk=person.pk).update(is_active=False)

    keep_sql_access()

    with pytest.raises(psycopg2.Error), connected(opened) as made:
        ask(made, SHOWN)


def test_a_deleted_dataset_leaves_no_role(person, towns):
    open_sql(holder=person, datasets=[towns], by=None)
    role = SqlAccess.objects.get().role

    delete_dataset(dataset=towns, by=None)
    keep_sql_access()

    assert not sql_access._exists(role)


def test_revoking_ends_the_session_and_the_role(person, towns):
    opened = open_sql(holder=person, datasets=[towns], by=None)

    with connected(opened) as made:
        ask(made, SHOWN)
        closed = close_sql(holder=person, by=None)
        with pytest.raises(psycopg2.Error):
            ask(made, SHOWN)
    with pytest.raises(psycopg2.OperationalError):
        connected(opened)

    assert closed == [towns]
    assert [event.action for event in AuditEvent.objects.filter(action__contains="sql").order_by("pk")] == [
        AuditAction.SQL_ACCESS_GIVEN,
        AuditAction.SQL_ACCESS_TAKEN_BACK,
    ]


def test_the_command_shows_a_password_once_lists_and_revokes(person, towns):
    def run(*words):
        out = StringIO()
        call_command("grant_sql", *words, stdout=out)
        return out.getvalue()

    first, second = run(person.email, "towns"), run(person.email, "towns")
    renewed = run(person.email, "towns", "--new-password")

    assert "Password" in first
    assert "Password" not in second
    assert "Password" in renewed
    assert renewed != first
    assert f"{person.email}  towns  towns__town" in run("--list")
    assert run(person.email, "--revoke") == "Taken back: towns.\n"
    assert run("--list") == ""
