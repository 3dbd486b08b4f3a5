"""The audit trail in words."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from apps.accounts.audit import record
from apps.accounts.models import AuditEvent
from apps.accounts.telling import summary_of, tell
from tests.accounts.factories import UserFactory, issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def told(**facts):
    record(**{"action": "signed_in", "actor": None} | facts)
    return tell(AuditEvent.objects.all()[:1])[0]


def test_a_person_acts_on_their_own_account_or_on_that_of_someone(user):
    other = UserFactory(name="Nour Haddad")

    assert told(actor=user, subject=user).subject == "Their own account"
    assert told(actor=user, subject=other).subject == "Account “Nour Haddad”"


def test_an_object_that_is_gone_keeps_its_number():
    assert told(subject="accounts.user:4012").subject == "Account since deleted (4012)"


@pytest.mark.parametrize("subject", ["accounts.user", "no.such:3", "nonsense", "accounts.user:²", "accounts.user:x"])
def test_any_subject_can_be_told(subject):
    assert told(subject=subject).subject


def test_a_token_is_told_under_the_name_that_it_has(user):
    issued = issue(user, name="nightly import")

    row = tell(AuditEvent.objects.filter(action="token_created"))[0]

    assert row.subject == "API token “nightly import”"
    assert ("Scopes", "Accounts: read") in row.details
    assert dict(row.details)["Expires"][-2:] == issued.token.expiry.strftime("%M")


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"role": "ai_developer"}, [("Role", "AI developer")]),
        ({"methods": ["password", "totp"]}, [("Methods", "password, authenticator application")]),
        ({"method": "recovery_codes"}, [("Method", "recovery code")]),
        ({"by_its_owner": True}, [("By its owner", "yes")]),
        ({"count": 3}, [("How many", "3")]),
        ({"filtered": ["who", "last_day"]}, [("Filtered by", "person, last day")]),
        ({"login": "0123456789abcdef"}, [("Address typed, as a fingerprint", "01234567")]),
        ({"reason": "no_code"}, [("Reason", "no code")]),
        ({"rows_kept": [1, 2]}, [("Rows kept", "1, 2")]),
    ],
)
def test_details_are_words(details, words):
    assert told(subject="accounts.user", details=details).details == words


@pytest.mark.parametrize(
    ("details", "sentence"),
    [({}, "Signed in"), ({"methods": ["password"]}, "Signed in (password)"), ({"count": 2}, "Signed in")],
)
def test_the_person_concerned_reads_one_line(user, details, sentence):
    event = record(action="signed_in", actor=user, subject=user, details=details)

    assert summary_of(event) == sentence


def test_the_page_shows_no_code(client, sign_in, administrator):
    record(action="role_granted", actor=None, subject=administrator, details={"role": "ai_developer"})
    sign_in(administrator)

    page = client.get(reverse("accounts:audit")).content.decode()

    assert "ai_developer" not in page
    assert "accounts.user" not in page
