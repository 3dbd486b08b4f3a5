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
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
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
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import ApiToken, AuditEvent, User
from apps.accounts.tokens import Issued, create_token
from apps.collection.contract import Agreement, Limits, Tally, judge, judge_columns
from apps.collection.enums import LegalBasis, LoadMode, RunState, SourceState
from apps.collection.models import Checkpoint, QueryVersion, Rejection, Run, RunEvent, Segment, Source, StoredFile
from apps.collection.query_sheets import make_sheet, measure_query
from apps.collection.sourcing import create_source, keep_upload, open_source
from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.models import Dataset
from apps.datasets.requesting import request_build
from apps.datasets.schema import ColumnSchema
from tests.collection.factories import SourceFactory
from tests.datasets.factories import GRENOBLE, NAMELESS, STEPS, TOWNS, UNCOUNTED, VOIRON, built, make_dataset
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


# --- Datasets -------------------------------------------------------------------------------------
DATASET = "communes"
MAYOR = ColumnSchema(
    name="mayor", type=ColumnType.TEXT, label="Maire", description="Élu en 2026.", personal_data=PersonalData.DIRECT
)


def a_public_dataset() -> Dataset:
    """Open to all, read on its first version: the build of the second is held at its gate, and says why."""
    known = Dataset.objects.filter(slug=DATASET).first()
    if known:
        return known
    schema = replace(TOWNS, columns=(*TOWNS.columns, MAYOR))
    steps = [{"step": "map", "columns": {**STEPS[0]["columns"], "mayor": "Maire"}}, {"step": "trim"}]
    source = SourceFactory(
        name="Communes", slug="communes", kind="file", config={"url": "https://example.org/communes.csv"}
    )
    good, bad = ({**GRENOBLE, "Maire": "Camille"}, {**VOIRON, "Maire": ""}), ({**NAMELESS, "Maire": "Dominique"},)
    dataset = make_dataset(
        *good,
        schema=schema,
        steps=steps,
        source=source,
        name="Communes",
        slug=DATASET,
        is_public=True,
        description="Communes, leurs habitants et leurs maires.",
        licence="Licence ouverte 2.0",
    )
    built(dataset)
    built(dataset, *good, *bad, {**UNCOUNTED, "Maire": ""})
    return dataset


@sample(
    "datasets:dataset",
    "datasets:rows",
    "datasets:export",
    "datasets:dictionary",
    "datasets:dictionary_csv",
    "datasets:recipe",
    "datasets:design",
    "datasets:settings",
    "datasets:delete",
    "datasets:versions",
    "datasets:api",
    "datasets:build_new",
    "api-dataset",
    "api-dataset-rows",
    "api-dataset-versions",
    "api-dataset-export",
)
def a_dataset(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug}


@sample("api-dataset-row")
def a_row(person: User) -> Iterator[Arguments]:
    yield {"slug": a_public_dataset().slug, "pk": 1}


@sample("datasets:datasets")
def the_datasets(person: User) -> Iterator[Arguments]:
    a_public_dataset()
    yield {}


@sample("datasets:version", "datasets:version_file")
def a_version(person: User) -> Iterator[Arguments]:
    version = a_public_dataset().current_version
    yield {"slug": DATASET, "number": version.number}


@sample("datasets:build", "datasets:build_progress", "datasets:rejects", "datasets:rejects_export")
def a_held_build(person: User) -> Iterator[Arguments]:
    yield {"slug": DATASET, "pk": a_public_dataset().latest_build().pk}


@sample("datasets:build_cancel")
def a_build_under_way(person: User) -> Iterator[Arguments]:
    build = request_build(dataset=a_public_dataset(), by=person)
    yield {"slug": DATASET, "pk": build.pk}
    build.delete()


for _model in ("dataset", "entity", "column", "recipe", "build", "version"):
    OBJECTS[f"datasets.{_model}"] = lambda person, label=_model: (
        a_public_dataset() and apps.get_model("datasets", label).objects.first()
    )


# --- Collection -----------------------------------------------------------------------------------
COMMUNES = "commune;prénom;habitants\n" + "".join(f"Commune {n};Zoé;{n * 100}\n" for n in range(30)) + "Dole\n"


def make_source(person: User, **fields: Any) -> Source:
    """An open source that reads a small file with a personal column, and one record that is not whole."""
    stored = keep_upload(file=BytesIO(COMMUNES.encode()), name="communes.csv")
    config = {"upload": {"digest": stored.digest, "name": stored.name}}
    asked = {"purpose": "Connaître les communes", "legal_basis": LegalBasis.PUBLIC_TASK} | fields
    source = create_source(name=f"Communes {uuid4().hex[:8]}", kind="file", config=config, by=person, **asked)
    return open_source(source=source, by=person)


def make_run(person: User, **fields: Any) -> Run:
    """A run that passed its gate with one reject, with a segment and a file."""
    source = make_source(person)
    now = timezone.now()
    columns = judge_columns(found={"commune": "text"}, agreement=Agreement())
    told = {
        "state": RunState.SUCCEEDED,
        "started_at": now - timedelta(minutes=3),
        "finished_at": now,
        "plan": {"config": source.config, "stream": "communes.csv", "columns": ["commune"], "asked": [], "parts": []},
        "rows_read": 31,
        "rows_kept": 30,
        "rows_rejected": 1,
        "bytes_read": 700,
        "bytes_total": 700,
        "samples": [[second, second * 3 + second % 4] for second in range(2, 12)],
        "verdict": judge(tally=Tally(read=31, rejected=1), limits=Limits(), columns=columns, now=now).as_json(),
    }
    run: Run = Run.objects.create(source=source, requested_by=person, **told | fields)
    run.files.set(source.files.all())
    run.segments.create(
        part="all", seq=0, name=f"runs/{run.pk}/all-000000.parquet", rows=30, size=4_000, sha256="0" * 64
    )
    details = {"found": 1, "expected": 3}
    run.rejections.create(part="all", seq=0, row=31, reason="too_few_columns", details=details, text="Dole")
    run.checkpoints.create(rank=0, part="all", seq=1, cursor={"row": 31}, is_complete=run.is_over)
    for code, told in (("started", {}), ("planned", {"parts": 1, "columns": 3}), ("part_read", {"part": "all"})):
        run.events.create(at=now - timedelta(minutes=2), code=code, details=told)
    return run


def schedule(source: Source, **fields: Any) -> None:
    """Let the clock start it each day, with these other fields."""
    asked = {"cron": "0 6 * * *", "time_zone": "Pacific/Noumea", "is_scheduled": True}
    Source.objects.filter(pk=source.pk).update(**asked | fields)


def without(run: Run) -> None:
    """Take a run away with its source."""
    source = run.source
    run.delete()
    source.delete()


@sample("collection:sources", "collection:runs", "collection:schedules")
def something_collected(person: User) -> Iterator[Arguments]:
    run = make_run(person)
    schedule(run.source, schedule_error="This source is being collected already.")
    yield {}
    without(run)


@sample(
    "collection:run",
    "collection:rejections",
    "collection:rejections_export",
    "collection:run_retry",
    "collection:run_replay",
    "api-run",
    "api-run-events",
    "api-run-rejections",
    "api-run-rejections-export",
    "api-run-segments",
    "api-run-retry",
    "api-run-replay",
)
def a_run_that_passed(person: User) -> Iterator[Arguments]:
    run = make_run(person)
    yield {"pk": run.pk}
    without(run)


@sample(
    "collection:run_cancel",
    "collection:run_progress",
    "collection:run_pause",
    "collection:run_resume",
    "api-run-cancel",
    "api-run-pause",
    "api-run-resume",
)
def a_run_that_goes_on(person: User) -> Iterator[Arguments]:
    run = make_run(person, state=RunState.RUNNING, finished_at=None, verdict=None, bytes_read=300)
    yield {"pk": run.pk}
    without(run)


@sample("collection:source", "collection:source_delete", "collection:source_schedule", "collection:source_contract")
def a_source_that_was_collected(person: User) -> Iterator[Arguments]:
    """By itself each day, in a zone that is not the reader's; only what is new is read."""
    run = make_run(person)
    schedule(
        run.source,
        mode=LoadMode.INCREMENTAL,
        key_columns=["commune"],
        expected_columns=[{"name": "commune", "type": "text"}],
        licence="Licence Ouverte 2.0",
    )
    yield {"slug": run.source.slug}
    without(run)


@sample(
    "collection:source_settings", "collection:source_rules", "collection:source_location", "collection:source_sheet"
)
def a_draft(person: User) -> Iterator[Arguments]:
    source = make_source(person)
    Source.objects.filter(pk=source.pk).update(state=SourceState.DRAFT)
    yield {"slug": source.slug}
    source.delete()


@sample(
    "collection:source_collect",
    "collection:source_open",
    "collection:source_close",
    "collection:source_follow",
    "collection:source_unfollow",
    "api-source",
    "api-source-open",
    "api-source-close",
    "api-source-preview",
    "api-source-runs",
    "api-source-test",
)
def an_open_source(person: User) -> Iterator[Arguments]:
    source = make_source(person)
    yield {"slug": source.slug}
    Run.objects.filter(source=source).delete()
    source.delete()


OBJECTS["collection.source"] = lambda person: Source.objects.first() or make_source(person)
OBJECTS["collection.storedfile"] = lambda person: StoredFile.objects.first() or make_source(person).files.get()
OBJECTS["collection.run"] = lambda person: Run.objects.first() or make_run(person)
OBJECTS["collection.segment"] = lambda person: Segment.objects.first() or make_run(person).segments.get()
OBJECTS["collection.rejection"] = lambda person: Rejection.objects.first() or make_run(person).rejections.get()
OBJECTS["collection.checkpoint"] = lambda person: Checkpoint.objects.first() or make_run(person).checkpoints.get()
OBJECTS["collection.runevent"] = lambda person: RunEvent.objects.first() or make_run(person).events.first()
OBJECTS["collection.queryversion"] = lambda person: QueryVersion.objects.first() or make_query(person)


@sample("collection:source_new_of_kind")
def the_kind_that_asks_most(person: User) -> Iterator[Arguments]:
    yield {"kind": "rest"}


def make_query(person: User) -> QueryVersion:
    """The query of a source of a database in a file, explained and measured."""
    with NamedTemporaryFile(suffix=".sqlite") as file:
        with closing(sqlite3.connect(file.name)) as database:
            database.execute("CREATE TABLE signalement (id INTEGER PRIMARY KEY, service TEXT, priorite INTEGER)")
            rows = [(number, f"service {number % 12}", number % 5) for number in range(500)]
            database.executemany("INSERT INTO signalement VALUES (?, ?, ?)", rows)
            database.commit()
        stored = keep_upload(file=BytesIO(Path(file.name).read_bytes()), name="mairie.sqlite")
    config = {
        "system": "sqlite",
        "upload": {"digest": stored.digest, "name": stored.name},
        "query": "SELECT service, count(*) AS nombre FROM signalement WHERE priorite > :seuil GROUP BY service",
        "parameters": ["seuil = 2"],
    }
    source = create_source(name=f"Services {uuid4().hex[:8]}", kind="sql", config=config, by=person)
    version = make_sheet(source=source, by=person)
    return measure_query(version=version, optimisation="Un index sur priorite", by=person)


@sample("collection:source_query")
def a_source_with_a_query(person: User) -> Iterator[Arguments]:
    source = make_query(person).source
    yield {"slug": source.slug}
    source.delete()
