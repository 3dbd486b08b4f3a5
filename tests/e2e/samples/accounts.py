"""Tokens, second factors, sessions and the audit trail."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import ApiToken, AuditEvent, User
from apps.accounts.tokens import Issued, create_token
from tests.e2e.samples.registry import OBJECTS, Arguments, sample


@sample("account_reset_password_from_key")
def a_password_to_choose_anew(person: User) -> Iterator[Arguments]:
    yield {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}


@sample("account_confirm_email")
def an_address_to_verify(person: User) -> Iterator[Arguments]:
    address = EmailAddress.objects.create(user=person, email=f"new-{uuid4().hex}@ecluse.test")
    yield {"key": EmailConfirmationHMAC(address).key}
    address.delete()


@sample(
    "mfa_reauthenticate",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
)
def a_second_factor(person: User) -> Iterator[Arguments]:
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    yield {}
    Authenticator.objects.filter(user=person).delete()


@sample("mfa_list_webauthn", "mfa_reauthenticate_webauthn")
def a_security_key_in_use(person: User) -> Iterator[Arguments]:
    key = make_security_key(person)
    yield {}
    key.delete()


@sample("mfa_edit_webauthn", "mfa_remove_webauthn")
def a_security_key(person: User) -> Iterator[Arguments]:
    key = make_security_key(person)
    yield {"pk": key.pk}
    key.delete()


@sample("accounts:tokens")
def a_token_in_use(person: User) -> Iterator[Arguments]:
    issued = make_token(person)
    yield {}
    issued.token.delete()


@sample("accounts:token_renew", "accounts:token_revoke", "api-token", "api-token-renew")
def a_token(person: User) -> Iterator[Arguments]:
    issued = make_token(person)
    yield {"pk": issued.token.pk}
    issued.token.delete()


def make_token(person: User, name: str = "Nightly export") -> Issued:
    lifetime = timedelta(days=5)
    return create_token(user=person, name=name, scopes=["accounts:read"], lifetime=lifetime, by=person)


def make_security_key(person: User) -> Authenticator:
    """A security key as the browser would have registered it; nobody signs in with this one."""
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(b"\0" * 16, uuid4().bytes, public_key)
    auth_data = AuthenticatorData.create(
        sha256(b"localhost").digest(), AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT, 0, credential
    )
    client_data = CollectedClientData.create(
        type=CollectedClientData.TYPE.CREATE, challenge=b"challenge", origin="http://localhost"
    )
    response = {
        "clientDataJSON": websafe_encode(client_data),
        "attestationObject": websafe_encode(AttestationObject.create("none", auth_data, {})),
    }
    identifier = websafe_encode(credential.credential_id)
    registered = {
        "id": identifier,
        "rawId": identifier,
        "type": "public-key",
        "response": response,
        "clientExtensionResults": {"credProps": {"rk": False}},
    }
    return WebAuthn.add(person, "Clé de bureau", registered).instance


OBJECTS["accounts.apitoken"] = lambda person: (
    ApiToken.objects.filter(user=person).first() or make_token(person, "Weekly export").token
)
OBJECTS["accounts.auditevent"] = lambda person: (
    AuditEvent.objects.first() or record(action=AuditAction.RECOVERY_CODES_RENEWED, actor=person, subject=person)
)
OBJECTS["mfa.authenticator"] = make_security_key
OBJECTS["usersessions.usersession"] = lambda person: UserSession.objects.get_or_create(
    user=person, session_key=f"sample-{person.pk}", defaults={"ip": "127.0.0.1", "user_agent": "Firefox"}
)[0]
