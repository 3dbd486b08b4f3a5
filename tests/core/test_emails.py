"""E-mails: two versions that say the same, in the reader's language, with no way to inject a header."""

from io import StringIO

from django.core import mail
from django.utils.translation import gettext_lazy

from apps.core.emails import TerminalBackend, compose
from tests.core.rendering import XSS, Page

ACTION = {"paragraphs": ["Someone asked for it."], "url": "https://ecluse.example/a?b=1&c=2", "action": "Confirm"}


def written(**changes):
    facts = {"to": "ada@example.org", "subject": "Confirm", "template": "action", "context": ACTION, "language": "en"}
    return compose(**facts | changes)


def html_of(message):
    return message.alternatives[0][0]


def test_the_plain_text_says_all_that_the_html_says():
    message = written()

    for said in ("Someone asked for it.", "Confirm"):
        assert said in message.body
        assert said in html_of(message)
    assert "https://ecluse.example/a?b=1&c=2" in message.body


def test_the_html_has_its_language_a_title_and_one_heading():
    page = Page(html_of(written()))

    assert page.one("html")["lang"] == "en"
    assert page.texts("title") == page.texts("h1") == ["Confirm"]


def test_it_is_written_in_the_readers_language_whatever_the_senders():
    message = written(subject=gettext_lazy("Home"), language="fr")

    assert message.subject.endswith("Accueil")
    assert Page(html_of(message)).one("html")["lang"] == "fr"


def test_a_subject_of_several_lines_cannot_add_a_header():
    message = written(subject="Hello\r\nBcc: everyone@example.org")

    assert "\n" not in message.subject
    assert message.message()["Bcc"] is None


def test_no_value_becomes_markup_and_the_text_is_not_escaped():
    message = written(subject=XSS, context={"paragraphs": [XSS, "L’été & l’hiver"]})

    assert "<script" not in html_of(message)
    assert "L’été & l’hiver" in message.body


def test_it_says_that_a_machine_wrote_it_and_is_sent_by_whoever_composed_it():
    message = written()

    assert message.message()["Auto-Submitted"] == "auto-generated"
    assert mail.outbox == []


def test_the_terminal_shows_what_a_person_would_read():
    terminal = StringIO()

    TerminalBackend(stream=terminal).send_messages([written(subject="L’été")])

    assert "Subject: [Écluse] L’été" in terminal.getvalue()
    assert "Someone asked for it." in terminal.getvalue()
    assert "<html" not in terminal.getvalue()
