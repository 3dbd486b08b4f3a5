"""No migrations: the test database makes these tables by itself."""

from datetime import datetime

from django.db import models

from apps.core.errors import RuleViolation
from apps.core.leases import Leased
from apps.core.schedules import Scheduled
from apps.core.secrets import EncryptedTextField

MAX_TRIES = 3


class Job(Leased):
    """A job waits, runs, and is done; after three dead holders it is given up."""

    state = models.CharField(max_length=10, default="waiting")
    done_by = models.CharField(max_length=40, default="")

    def __str__(self) -> str:
        return f"job {self.pk}"

    def on_lease_expired(self, *, now: datetime) -> None:
        self.state = "given up" if self.lease_count >= MAX_TRIES else "waiting"


class Careless(Leased):
    """Its author forgot to say what becomes of a row whose holder died."""

    def __str__(self) -> str:
        return f"careless {self.pk}"


class Chore(Scheduled):
    """Records an errand each time it is due."""

    obstacle = models.CharField(max_length=10, blank=True)

    def __str__(self) -> str:
        return f"chore {self.pk}"

    def start_scheduled(self, *, now: datetime, due_at: datetime) -> None:
        Errand.objects.create(chore=self, due_at=due_at, started_at=now)
        if self.obstacle == "rule":
            raise RuleViolation("It is already running.")
        if self.obstacle == "bug":
            raise ZeroDivisionError("a secret of someone@example.org")


class Errand(models.Model):
    """The intent that a chore records."""

    chore = models.ForeignKey(Chore, models.CASCADE)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"errand {self.pk}"


class Safe(models.Model):
    """Keeps two secrets, one of which it cannot do without."""

    name = models.CharField(max_length=20)
    password = EncryptedTextField("password", blank=True)
    api_key = EncryptedTextField("key of the service")

    def __str__(self) -> str:
        return f"{self.name} {self.password}"


class Box(models.Model):
    """What a project describes: some words, a file's content, a secret."""

    slug = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    content = models.TextField(blank=True)
    password = EncryptedTextField("password", blank=True)

    def __str__(self) -> str:
        return self.slug
