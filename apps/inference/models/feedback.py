"""What people say of an answer, and what a reviewer made of it."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Abs, Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.datasets.models import Receipt
from apps.inference.enums import FeedbackState
from apps.inference.models.models import Model
from apps.inference.models.training import ModelVersion

# The longest name of a class, and the longest number.
LONGEST_ANSWER = 200
LONGEST_COMMENT = 2_000
# A number that PostgreSQL reads as one: of no more figures and of no larger power than a float has.
NUMBER = r"^-?[0-9]{1,20}(\.[0-9]{1,25})?([eE][-+]?[0-9]{1,2})?$"
# For so long a review can be undone; then what it accepted is written among the rows that models learn from.
UNDO_FOR = timedelta(minutes=10)


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def waiting(self) -> Self:
        return self.filter(state=FeedbackState.WAITING)

    def to_teach(self, *, at: datetime) -> Self:
        """Those that were accepted too long ago to be undone, and that no row was written of yet."""
        accepted = self.filter(state=FeedbackState.ACCEPTED, taught_at=None, fault="")
        return accepted.filter(reviewed_at__lte=at - UNDO_FOR, version__model__spec__feedback__dataset__isnull=False)

    def judged(self) -> Self:
        """Of these, the last one on each answer, but those that a reviewer refused: `was_right` says whether the answer
        was (None if nobody knows), `error` how far it was from the right number, by the reviewer if there is one."""
        held = self.model._default_manager.exclude(state=FeedbackState.REFUSED)
        same = held.filter(version=OuterRef("version"), prediction=OuterRef("prediction"))
        later = Q(given_at__gt=OuterRef("given_at")) | Q(given_at=OuterRef("given_at"), pk__gt=OuterRef("pk"))
        reviewed = Q(state=FeedbackState.ACCEPTED) & ~Q(answered="")
        truth = Case(When(state=FeedbackState.ACCEPTED, then=F("learnt_answer")), default=F("right_answer"))
        last = self.exclude(state=FeedbackState.REFUSED).filter(~Exists(same.filter(later)))
        return last.annotate(truth=truth).annotate(
            was_right=Case(
                When(reviewed, then=Q(learnt_answer=F("answered"))),
                default=F("is_right"),
                output_field=models.BooleanField(null=True),
            ),
            error=Case(
                When(
                    answered__regex=NUMBER,
                    truth__regex=NUMBER,
                    then=Abs(Cast("answered", models.FloatField()) - Cast("truth", models.FloatField())),
                ),
                output_field=models.FloatField(null=True),
            ),
        )

    def validated(self, model: Model, *, since: datetime | None = None) -> Self:
        """Those of this model that may be learnt from: written among its rows if it says where, accepted otherwise."""
        accepted = self.filter(version__model=model, state=FeedbackState.ACCEPTED)
        instant = "taught_at" if model.declared.feedback else "reviewed_at"
        return accepted.filter(**{f"{instant}__isnull": False} | ({f"{instant}__gt": since} if since else {}))


class Feedback(models.Model):
    """An opinion on one answer, which its receipt proves that the model gave; one for each person and answer, that they
    may change until somebody reviews it.

    `prediction` is the identifier of the answer, in a log whose days are dropped: it links to nothing. `answered` and
    `right_answer` are the name of a class, or a number. `inputs` are what was asked, by field, where whoever gives the
    opinion gives them along. `learnt_answer` is what the reviewer found right, `receipt` the row written
    of it, `fault` why none could be.
    """

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="feedbacks", verbose_name=_("version"))
    prediction = models.UUIDField(_("answer"), editable=False)
    answered = models.CharField(_("what the model answered"), max_length=LONGEST_ANSWER, blank=True)
    is_right = models.BooleanField(_("right"), null=True, blank=True)
    right_answer = models.CharField(_("right answer"), max_length=LONGEST_ANSWER, blank=True)
    comment = models.TextField(_("comment"), max_length=LONGEST_COMMENT, blank=True)
    inputs = models.JSONField(_("what was asked"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    # Of an answer, nobody in particular has one opinion; kept apart from `by`, which a closed account leaves empty.
    has_account = models.BooleanField(_("given by somebody with an account"), default=True, editable=False)
    given_at = models.DateTimeField(_("given"))

    state = models.CharField(_("state"), max_length=10, choices=FeedbackState, default=FeedbackState.WAITING)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reviewer")
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    learnt_answer = models.CharField(_("answer to learn"), max_length=LONGEST_ANSWER, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    receipt = models.ForeignKey(
        Receipt, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("row written")
    )
    taught_at = models.DateTimeField(_("written"), null=True, blank=True)
    fault = models.CharField(_("why it was not written"), max_length=500, blank=True)

    objects: ClassVar[FeedbackQuerySet] = FeedbackQuerySet.as_manager()  # type: ignore[assignment]  # a manager of it

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("opinion on an answer")
        verbose_name_plural = _("opinions on answers")
        permissions = [("review_feedback", "Can review opinions on answers")]
        indexes = [
            models.Index(fields=["state", "given_at"], name="inference_feedback_queue"),
            models.Index(fields=["version", "prediction"], name="inference_feedback_by_answer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["prediction", "by"], condition=Q(by__isnull=False), name="inference_feedback_one_per_person"
            ),
            models.UniqueConstraint(
                fields=["prediction"], condition=Q(has_account=False), name="inference_feedback_one_of_anonymous"
            ),
            models.CheckConstraint(
                condition=Q(by=None) | Q(reviewed_by=None) | ~Q(by=F("reviewed_by")),
                name="inference_feedback_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state=FeedbackState.WAITING) | Q(reviewed_at__isnull=False),
                name="inference_feedback_reviewed_at_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prediction}"

    def get_absolute_url(self) -> str:
        return reverse("inference:feedback_review", args=[self.pk])

    @property
    def is_reviewed(self) -> bool:
        return self.state != FeedbackState.WAITING

    @property
    def can_be_undone(self) -> bool:
        """Whether its review may be taken back: nothing was written of it."""
        return self.is_reviewed and self.taught_at is None
