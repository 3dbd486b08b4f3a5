"""People who sign in."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, Group, PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.core.schedules import validate_time_zone


class UserManager(BaseUserManager["User"]):
    @transaction.atomic
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a person with the role *user*. The e-mail is kept in lower case: nobody types its case twice alike."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        user.add_to(Role.USER)
        return user

    @transaction.atomic
    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create the first administrator, from the machine's own terminal: their e-mail needs no other proof."""
        # Imported late: allauth reads the user model while it loads.
        from allauth.account.models import EmailAddress

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        user.add_to(Role.ADMINISTRATOR)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def with_role(self, role: Role) -> models.QuerySet["User"]:
        return self.filter(groups__name=role)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by their e-mail. Rights come from roles (see `roles.py`), never from this row."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("Automatic")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(
        _("e-mail"), unique=True, error_messages={"unique": _("An account with this e-mail already exists.")}
    )
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=settings.TIME_ZONE, validators=[validate_time_zone]
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Otherwise the person cannot sign in and their tokens are refused."),
    )
    is_staff = models.BooleanField(
        _("may enter the administration"), default=False, help_text=_("Follows from the roles; not set by hand.")
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    # The audit trail names a person by their number only.
    audit_label = ""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_is_lower_case",
                violation_error_message=_("The e-mail is kept in lower case."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_absolute_url(self) -> str:
        return reverse("admin:accounts_user_change", args=[self.pk])

    @cached_property
    def roles(self) -> list[Role]:
        """The roles held, in the order of the house."""
        held = {group.name for group in self.groups.all()}
        return [role for role in Role if role in held]

    @property
    def staff_roles(self) -> list[Role]:
        return [role for role in self.roles if role.is_staff]

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def has_role(self, *roles: Role) -> bool:
        """Whether this person holds one of these roles."""
        return not set(roles).isdisjoint(self.roles)

    def add_to(self, role: Role) -> None:
        self.groups.add(Group.objects.get_or_create(name=role)[0])
        self._roles_changed()

    def remove_from(self, role: Role) -> None:
        self.groups.remove(*Group.objects.filter(name=role))
        self._roles_changed()

    def _roles_changed(self) -> None:
        _forget(self, "roles", "_perm_cache", "_user_perm_cache", "_group_perm_cache")
        self.is_staff = self.is_superuser or bool(self.staff_roles)
        self.save(update_fields=["is_staff"])


def _forget(user: User, *names: str) -> None:
    for name in names:
        user.__dict__.pop(name, None)
