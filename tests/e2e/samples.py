"""What to put in an address that takes arguments, so that its page can be visited.

A sample is a function of the person who visits. It makes what the page shows (theirs, when the page shows people their
own) and yields the arguments; what follows the `yield` takes away what would change the other pages:

    @sample("datasets:detail")
    def a_dataset(person: User) -> Iterator[Arguments]:
        yield {"slug": DatasetFactory(owner=person).slug}

A query string goes under the key "?". A page without arguments that needs something to be there has a sample too.
The pages of the administration take an object of their model: any that exists, or the one that `OBJECTS` makes.
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any
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
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import ApiToken, AuditEvent, User
from apps.accounts.tokens import Issued, create_token
from tests.e2e.addresses import Address

Arguments = dict[str, Any]
Sample = Callable[[User], Iterator[Arguments]]

SAMPLES: dict[str, Sample] = {}
# Model label in lower case ("accounts.user") → makes one, for the pages of the administration.
OBJECTS: dict[str, Callable[[User], Model]] = {}
# Pages drawn by someone else's script, offered beside ours: only what they load, and how we serve them, is judged.
NOT_OURS = {
    "api-swagger": "Swagger UI, marked as an extra: the accessible reference of the API is the page api-docs",
}
# Pages that refuse some of those whom their declared access lets in: the page → whom it receives.
RECEIVES: dict[str, Callable[[User], bool]] = {
    "gallery": lambda person: person.is_staff,
}


def sample(*names: str) -> Callable[[Sample], Sample]:
    def register(function: Sample) -> Sample:
        SAMPLES.update(dict.fromkeys(names, function))
        return function

    return register


class NoSampleError(LookupError):
    """An address takes arguments and nobody has said which."""


@contextlib.contextmanager
def arguments_for(address: Address, person: User) -> Iterator[Arguments]:
    """The arguments of this address for this person, for the time of the visit."""
    make = SAMPLES.get(address.name.rstrip("+")) or admin_sample(address)
    if make is None:
        if address.arguments:
            raise NoSampleError(
                f"{address.name} takes {', '.join(sorted(address.arguments))}: add to tests/e2e/samples.py\n"
                f'    @sample("{address.name}")\n'
                f"    def a_name(person): yield {{{', '.join(f'{name!r}: ...' for name in sorted(address.arguments))}}}"
            )
        yield {}
        return
    steps = make(person)
    arguments = next(steps)
    try:
        yield arguments
    finally:
        next(steps, None)


def admin_sample(address: Address) -> Sample | None:
    """The pages that the administration makes for each registered model, given one object."""
    if "admin" not in address.namespaces or "object_id" not in address.arguments:
        return None
    model = next(
        (
            model
            for model in admin.site._registry
            if address.name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_")
            or address.pieces[-2:-1] == (f"^{model._meta.app_label}/{model._meta.model_name}/",)
        ),
        None,
    )
    if model is None:
        return None

    def one_object(person: User) -> Iterator[Arguments]:
        label = model._meta.label_lower
        instance = OBJECTS[label](person) if label in OBJECTS else model._default_manager.first()
        if instance is None:
            raise NoSampleError(f'There is no {label}: make one in tests/e2e/samples.py, OBJECTS["{label}"] = ...')
        yield {"object_id": instance.pk}

    return one_object


# --- Accounts -------------------------------------------------------------------------------------
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


# --- The administration's own addresses -----------------------------------------------------------
@sample("admin:app_list")
def an_application(person: User) -> Iterator[Arguments]:
    yield {"app_label": "auth"}


@sample("admin:view_on_site")
def an_object_with_a_page(person: User) -> Iterator[Arguments]:
    group = Group.objects.get(name="user")
    yield {"content_type_id": ContentType.objects.get_for_model(Group).pk, "object_id": group.pk}


@sample("/admin/<url>")
def an_unknown_address(person: User) -> Iterator[Arguments]:
    yield {"url": "nowhere"}
