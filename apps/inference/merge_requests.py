"""Posting an evaluation report where a change is proposed: on a merge request of GitLab, a pull request of GitHub.

The comment of the push before is replaced: it is found by its marker. Everything leaves by the guarded session.
"""

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.core.http import guarded_session
from apps.core.http.errors import UrlRefused
from apps.core.http.session import GuardedSession
from apps.core.http.urls import Site
from apps.core.secrets import Secret
from apps.inference.audit_actions import AuditAction
from apps.inference.exceptions import ForgeTokenRefused, ForgeUnknown, ReportNotReady
from apps.inference.models import Model, TrainingRun
from apps.inference.report_markdown import marker_of, write_report

PAGE = 100
# A discussion longer than that is not read to its end for a comment of ours.
MOST_PAGES = 20


class Forge(Protocol):
    """Where the comments of one merge or pull request are."""

    def authorise(self, session: GuardedSession) -> None: ...

    @property
    def comments_url(self) -> str:
        """Where they are listed, and added to."""

    def comment_url(self, comment: int) -> str: ...

    @property
    def changing(self) -> str:
        """The method by which one is replaced."""


@dataclass(frozen=True, kw_only=True)
class GitLab:
    """`project` is its path (`group/name`) or its number, `number` the one that the interface shows (`iid`). `token`
    needs the scope `api`: a job token may not comment."""

    url: str
    project: str
    number: int
    token: str
    changing: str = "PUT"

    def authorise(self, session: GuardedSession) -> None:
        session.authorise(self.url, headers={"PRIVATE-TOKEN": self.token})

    @property
    def comments_url(self) -> str:
        project = quote(self.project, safe="")
        return f"{self.url.rstrip('/')}/api/v4/projects/{project}/merge_requests/{self.number}/notes"

    def comment_url(self, comment: int) -> str:
        return f"{self.comments_url}/{comment}"


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """`repository` is `owner/name`. `token` needs to write issues or pull requests: that of a workflow may, if its
    permissions say so. The comments of a pull request are those of its issue."""

    url: str
    repository: str
    number: int
    token: str
    changing: str = "PATCH"

    def authorise(self, session: GuardedSession) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "X-GitHub-Api-Version": "2022-11-28"}
        session.authorise(self.url, headers=headers)

    @property
    def comments_url(self) -> str:
        return f"{self._repository_url}/issues/{self.number}/comments"

    def comment_url(self, comment: int) -> str:
        return f"{self._repository_url}/issues/comments/{comment}"

    @property
    def _repository_url(self) -> str:
        return f"{self.url.rstrip('/')}/repos/{quote(self.repository)}"


@transaction.atomic
def keep_forge_token(*, model: Model, url: str, token: "str | Secret | None", by: User | None) -> Model:
    """Keep, encrypted, the token by which the reports of this model are posted at this address; none, to forget it. A
    `Secret` is the one that is kept already. Raises ForgeTokenRefused if that one would go to another address."""
    held: Model = Model.objects.select_for_update().get(pk=model.pk)
    subject = f"inference.model:{held.pk}"
    if token and not url:
        raise ForgeTokenRefused(_("Say to which forge the token is sent."), subject=subject)
    if isinstance(token, Secret) and not _is_same_site(held.forge_url, url):
        raise ForgeTokenRefused(
            _("Type the token again: it would be sent to another address than the one it was given for."),
            subject=subject,
        )
    held.forge_url, held.forge_token = url, token
    held.save(update_fields=["forge_url", "forge_token"])
    record(action=AuditAction.MODEL_CHANGED, actor=by, subject=held, details={"fields": ["forge_token", "forge_url"]})
    return held


def kept_token(*, model: Model, url: str) -> str:
    """The token that this model keeps for this address; "" if it keeps none. Raises Undecipherable."""
    if model.forge_token is None or not _is_same_site(model.forge_url, url):
        return ""
    token: str = model.forge_token.reveal()
    return token


def _is_same_site(first: str, second: str) -> bool:
    try:
        return Site.of(first) == Site.of(second)
    except UrlRefused:
        return False


def post_report(*, run: TrainingRun, forge: Forge) -> bool:
    """Comment with the report of this training; whether it replaced the comment of the push before.

    Raises ReportNotReady while the training goes on, ForgeUnknown, an
    OutboundError if the forge refuses or does not answer.
    """
    if not run.is_over:
        raise ReportNotReady(_("This training is not over yet."), subject=f"inference.trainingrun:{run.pk}")
    body = {"body": write_report(run)}
    with guarded_session() as session:
        forge.authorise(session)
        known = _ours(session, forge, marker_of(run))
        if known is None:
            session.post(forge.comments_url, json=body)
        else:
            session.request(forge.changing, forge.comment_url(known), json=body)
    record(action=AuditAction.REPORT_POSTED, actor=None, subject=run.model, details={"training": run.pk})
    return known is not None


def _ours(session: GuardedSession, forge: Forge, marker: str) -> int | None:
    """The number of our comment about this model, if there is one."""
    for page in range(1, MOST_PAGES + 1):
        comments: Any = session.get_json(forge.comments_url, params={"per_page": PAGE, "page": page})
        if not isinstance(comments, list):
            raise ForgeUnknown(_("What answers at this address is no forge: check the address."))
        for comment in comments:
            if str(comment.get("body", "")).startswith(marker):
                return int(comment["id"])
        if len(comments) < PAGE:
            break
    return None
