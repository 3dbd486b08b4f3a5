"""The e-mails of the site: HTML that can be listened to, and a plain text that says all of it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.console import EmailBackend
from django.template.loader import render_to_string
from django.utils import translation

from apps.core.declarations import Text


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


class TerminalBackend(EmailBackend):
    """Writes in the terminal what a person would read: to whom, the subject and the plain text. For development."""

    def write_message(self, message: EmailMessage) -> None:
        lines = [f"To: {', '.join(message.to)}", f"Subject: {message.subject}", "", str(message.body).rstrip()]
        self.stream.write("\n".join(["", *lines, "", ""]))
