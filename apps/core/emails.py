"""The e-mails of the site: HTML that can be listened to, and a plain text that says all of it."""

import logging
import smtplib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.console import EmailBackend
from django.db import transaction
from django.db.models import Model, QuerySet
from django.template.loader import render_to_string
from django.utils import translation

from apps.core.declarations import Text

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=Model)

# What a mail server says of one message; anything else is about the server itself.
MESSAGE_REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
SERVER_FAILED = (OSError, smtplib.SMTPException)


def compose(
    *, to: str, subject: Text, template: str, context: Mapping[str, Any] | None = None, language: str
) -> EmailMultiAlternatives:
    """Write a message from the pair `emails/<template>.html` and `.txt`, in the reader's language; it is not sent.

    Both templates get the context plus subject, organisation, site_url and language. The subject is kept to one line,
    and the message says that a machine wrote it, so that answering machines stay silent (RFC 3834).
    """
    with translation.override(language):
        line = " ".join(str(subject).split())
        values = {
            **(context or {}),
            "subject": line,
            "organisation": settings.ORGANISATION,
            "site_url": settings.SITE_URL,
            "language": language,
        }
        message = EmailMultiAlternatives(
            subject=f"[{settings.ORGANISATION_NAME}] {line}",
            body=render_to_string(f"emails/{template}.txt", values).strip() + "\n",
            to=[to],
            headers={"Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(render_to_string(f"emails/{template}.html", values), "text/html")
    return message


def tell_each(rows: QuerySet[M], tell: Callable[[M], Sequence[EmailMessage]]) -> int:
    """Tell of each of these rows once; how many were told of. `tell` writes in the row that it was, and what to send.

    It is sent in the transaction that holds the row: two processes never tell of one at once, and one that dies on the
    way has not told. A person may read a message twice after such a death, and is never left without one. A mail server
    that does not answer leaves the rows as they are: they are told at the next call.
    """
    told = 0
    for pk in list(rows.values_list("pk", flat=True)):
        subject = f"{rows.model._meta.label_lower}:{pk}"
        try:
            with transaction.atomic():
                row = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
                if row is not None:
                    send_to_each(tell(row), about=subject)
                    told += 1
        except SERVER_FAILED as error:
            warn_not_sent(error, about=subject)
            break
    return told


def send_to_each(messages: Sequence[EmailMessage], *, about: str) -> None:
    """Send to everyone that the server accepts: one whose box is full keeps none of the others waiting. `about` is the
    row that they tell of, for the log.

    Raises SERVER_FAILED before anyone was told; once somebody was, what is left is only logged, since all would be told
    again, each minute, for as long as the server breaks off there.
    """
    if not messages:
        return
    connection, sent = get_connection(), 0
    connection.open()
    try:
        for message in messages:
            try:
                sent += connection.send_messages([message]) or 0
            except MESSAGE_REFUSED as error:
                warn_not_sent(error, about=about)
    except SERVER_FAILED as error:
        if not sent:
            raise
        warn_not_sent(error, about=about)
    finally:
        connection.close()


def warn_not_sent(error: Exception, *, about: str) -> None:
    # Not its text, which may hold addresses.
    logger.warning("message_not_sent", extra={"subject": about, "code": type(error).__name__})


class TerminalBackend(EmailBackend):
    """Writes in the terminal what a person would read: to whom, the subject and the plain text. For development."""

    def write_message(self, message: EmailMessage) -> None:
        lines = [f"To: {', '.join(message.to)}", f"Subject: {message.subject}", "", str(message.body).rstrip()]
        self.stream.write("\n".join(["", *lines, "", ""]))
