"""The audit trail: written once, read by few, forgotten in due time."""

import csv
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.audit import record
from apps.accounts.closing import delete_account
from apps.accounts.models import AuditEvent
from apps.accounts.retention import purge_audit_trail
from apps.accounts.roles import Role
from apps.accounts.trail import TrailFilter, action_labels
from tests.accounts.factories import UserFactory, issue

pytestmark = pytest.mark.django_db

TRAIL = "/compte/journal/"
EXPORT = "/compte/journal/export/"


@pytest.fixture
def event(user):
    return record(action="role_granted", actor=user, subject=user, details={"role": "operator"})


def refused(statement, parameters=()):
    """Run it as production would: without the flag that lets the suite truncate, and with nothing pending."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ecluse.audit_truncate = 'off'")
        with pytest.raises((InternalError, ProgrammingError), match="append-only"), transaction.atomic():
            cursor.execute(statement, parameters)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'x'",
        "at = now()",
        "details = '{}'",
        "subject_id = '0'",
        "actor_kind = 'system'",
        "subject_label = 'x'",
    ],
)
def test_the_database_refuses_to_change_an_event(event, change):
    refused(f"UPDATE accounts_auditevent SET {change}")  # noqa: S608 -- the constants above


def test_the_database_refuses_to_change_an_event_while_it_empties_the_actor(event):
    refused("UPDATE accounts_auditevent SET actor_id = NULL, action = 'x'")


def test_the_database_refuses_to_put_an_event_on_someone_else(event):
    refused("UPDATE accounts_auditevent SET actor_id = %s", [UserFactory().pk])


@pytest.mark.parametrize("statement", ["DELETE FROM accounts_auditevent", "TRUNCATE accounts_auditevent"])
def test_the_database_refuses_to_delete_events(event, statement):
    refused(statement)


def test_a_save_or_a_delete_through_the_model_is_refused_too(event):
    event.action = "signed_in"

    for attempt in (event.save, event.delete):
        with pytest.raises((InternalError, ProgrammingError), match="append-only"), transaction.atomic():
            attempt()


def test_deleting_an_account_empties_its_link_and_nothing_else(event, user):
    before = {field: getattr(event, field) for field in ("at", "action", "actor_kind", "subject_id", "details")}

    delete_account(user=user, by=user)

    after = AuditEvent.objects.get(pk=event.pk)
    assert after.actor is None
    assert after.was_by_deleted_account
    assert {field: getattr(after, field) for field in before} == before


@pytest.mark.parametrize(
    ("actor", "kind"), [(None, "system"), (AnonymousUser(), "anonymous")], ids=["the house", "a visitor"]
)
def test_who_is_not_a_person_is_told_apart(actor, kind):
    assert record(action="x", actor=actor, subject="accounts.user").actor_kind == kind


def test_a_subject_without_a_row_is_named():
    event = record(action="x", actor=None, subject="collection.source:insee")

    assert (event.subject_type, event.subject_id) == ("collection.source", "insee")


def test_a_person_is_a_subject_by_number_only(event, user):
    assert (event.subject_type, event.subject_id, event.subject_label) == ("accounts.user", str(user.pk), "")
    assert user.email not in str(event.as_row())


def test_a_token_is_a_subject_by_identifier_not_by_digest(user):
    token = issue(user).token

    event = AuditEvent.objects.get(action="token_created")
    assert event.subject_id == str(token.pk)
    assert token.digest not in str(event.as_row())
    assert token.name not in str(event.as_row())


def test_every_action_has_one_label_and_a_short_code():
    assert all(len(code) <= 64 and label for code, label in action_labels().items())


def test_the_retention_purge_deletes_what_is_old_and_says_so(settings, event, time_machine_at):
    time_machine_at(days=settings.AUDIT_RETENTION.days + 1)
    recent = record(action="signed_in", actor=None, subject="accounts.user")

    count = purge_audit_trail(dry_run=False)

    assert count == 1
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"signed_in", "audit_purged"}
    assert AuditEvent.objects.filter(pk=recent.pk).exists()


def test_the_door_of_the_purge_closes_behind_it(settings, event, time_machine_at):
    time_machine_at(days=settings.AUDIT_RETENTION.days + 1)
    purge_audit_trail(dry_run=False)

    refused("DELETE FROM accounts_auditevent")


def test_the_command_only_counts_unless_told_to_write(settings, event, time_machine_at, capsys):
    time_machine_at(days=settings.AUDIT_RETENTION.days + 1)

    call_command("purge_audit_trail")
    counted = AuditEvent.objects.count()
    call_command("purge_audit_trail", "--write")

    assert counted == 1
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["audit_purged"]


# --- Reading --------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [TRAIL, EXPORT])
@pytest.mark.parametrize("role", Role)
def test_administrators_and_the_data_protection_officer_alone_read_it(client, sign_in, path, role):
    sign_in(UserFactory(role=role))

    status = client.get(path).status_code

    assert status == (200 if role in {Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER} else 403)


@pytest.mark.parametrize("path", [TRAIL, EXPORT])
def test_an_anonymous_visitor_is_sent_to_sign_in(client, path):
    assert client.get(path).headers["Location"].startswith("/compte/connexion/")


def test_one_s_own_events_are_on_the_security_page(client, sign_in, user):
    UserFactory()
    sign_in(user)

    page = client.get(reverse("accounts:security"), headers={"accept-language": "en"})

    (event,) = page.context["events"]
    assert event.text.startswith(str(action_labels()["signed_in"]))


def test_filters_find_a_person_an_action_and_a_period(user):
    other = UserFactory()
    for actor, action in ((user, "signed_in"), (user, "signed_out"), (other, "signed_in")):
        record(action=action, actor=actor, subject=actor)
    today = timezone.localdate()

    found = {
        "by e-mail": TrailFilter(who=user.email.upper()).events().count(),
        "by number": TrailFilter(who=str(other.pk)).events().count(),
        "by action": TrailFilter(action="signed_in").events().count(),
        "today": TrailFilter(first_day=today, last_day=today).events().count(),
        "tomorrow": TrailFilter(first_day=today + timedelta(days=1)).events().count(),
        "until yesterday": TrailFilter(last_day=today - timedelta(days=1)).events().count(),
    }

    assert found == {
        "by e-mail": 2,
        "by number": 1,
        "by action": 2,
        "today": 3,
        "tomorrow": 0,
        "until yesterday": 0,
    }


def test_failed_attempts_on_an_email_are_found_by_that_email(client, sign_in, administrator):
    client.post(reverse("account_login"), {"login": "target@example.org", "password": "wrong"})

    assert TrailFilter(who="Target@example.org").events().get().action == "sign_in_failed"


def test_what_was_done_to_a_person_is_found_by_their_email(user, administrator):
    record(action="role_granted", actor=administrator, subject=user)

    assert TrailFilter(who=user.email).events().get().action == "role_granted"


def test_a_filter_that_is_not_valid_is_said(client, sign_in, administrator):
    sign_in(administrator)

    page = client.get(TRAIL, {"first_day": "2026-11-22", "last_day": "2026-11-01", "action": "no_such"})

    assert set(page.context["form"].errors) == {"action", "last_day"}


@pytest.mark.parametrize(
    "query", [{"who": "²"}, {"who": "9" * 30}, {"first_day": "0001-01-01"}, {"last_day": "9999-12-31"}]
)
@pytest.mark.parametrize("name", ["audit", "audit_export"])
def test_no_filter_breaks_the_page(client, sign_in, administrator, name, query):
    sign_in(administrator)

    assert client.get(reverse(f"accounts:{name}"), query).status_code == 200


def test_the_list_costs_the_same_whatever_the_number_of_events(client, sign_in, administrator):
    sign_in(administrator)
    client.get(TRAIL)
    with CaptureQueriesContext(connection) as with_few:
        client.get(TRAIL)
    for _number in range(40):
        record(action="signed_in", actor=UserFactory(), subject="accounts.user")

    with CaptureQueriesContext(connection) as with_many:
        client.get(TRAIL)

    assert len(with_many) == len(with_few)


def test_the_export_is_the_filtered_list_and_leaves_a_trail(client, sign_in, administrator, event):
    sign_in(administrator)

    answer = client.get(EXPORT, {"action": "role_granted"})
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))

    assert [row["action"] for row in rows] == ["role_granted"]
    assert AuditEvent.objects.get(action="audit_exported").details == {"filtered": ["action"]}


def test_no_cell_of_the_export_is_a_formula(client, sign_in, administrator):
    record(action="=HYPERLINK()", actor=None, subject="@cmd:+1")
    sign_in(administrator)

    text = b"".join(client.get(EXPORT).streaming_content).decode()

    assert "'=HYPERLINK()" in text
    assert "'+1" in text


@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_the_back_office_shows_it_to_read_only(client, sign_in, administrator, event, page):
    sign_in(administrator)
    arguments = [] if page == "add" else [event.pk]

    answer = client.post(reverse(f"admin:accounts_auditevent_{page}", args=arguments), {"post": "yes"})

    assert answer.status_code == 403
