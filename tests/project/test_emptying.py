"""What the suite's own `flush` leaves between two tests that commit: what Django's would."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import AuditEvent, User
from apps.accounts.roles import Role
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _flushed_once():
    flush()


def flush():
    options = {"reset_sequences": False, "allow_cascade": False, "inhibit_post_migrate": False}
    call_command("flush", verbosity=0, interactive=False, **options)


def test_what_was_written_goes_and_what_django_makes_stays():
    made = Permission.objects.in_bulk(), Group.objects.in_bulk()
    record(action=AuditAction.ROLE_GRANTED, actor=None, subject=UserFactory(role=Role.OPERATOR))

    flush()

    assert (User.objects.count(), AuditEvent.objects.count()) == (0, 0)
    assert (Permission.objects.in_bulk(), Group.objects.in_bulk()) == made


def test_what_a_test_changed_of_it_is_made_again():
    role = Group.objects.get(name=Role.OPERATOR)
    permissions = set(role.permissions.values_list("codename", flat=True))
    role.permissions.clear()
    Group.objects.create(name="of one test")

    flush()

    assert set(Group.objects.get(name=Role.OPERATOR).permissions.values_list("codename", flat=True)) == permissions
    assert set(Group.objects.values_list("name", flat=True)) == set(Role)


def test_a_table_that_nothing_was_written_to_is_left_alone(django_assert_num_queries):
    UserFactory()
    with connection.execute_wrapper(refuse_truncate):
        flush()


def refuse_truncate(execute, sql, *rest):
    assert "TRUNCATE" not in sql
    return execute(sql, *rest)
