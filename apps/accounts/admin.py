"""The back-office of accounts: people and their roles, tokens to revoke, the trail to read."""

from datetime import datetime
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts import closing, tokens
from apps.accounts.forms.people import NewPersonForm, PersonForm
from apps.accounts.invitation import send_invitation
from apps.accounts.models import ApiToken, AuditEvent, User
from apps.accounts.opening import invite
from apps.accounts.preferences import set_preferences
from apps.accounts.requests import SignedInRequest
from apps.accounts.rights import is_last_administrator, set_roles
from apps.accounts.roles import Role
from apps.accounts.second_factors import remove_second_factors
from apps.accounts.sessions import end_sessions
from apps.accounts.trail import action_labels, label_of
from apps.core.errors import RuleViolation
from apps.core.search import fold

# What the first three show belongs to one person, and is on that person's page; their stock pages show secrets. This
# app comes first: what it takes away must be there already.
for _module in ("allauth.account", "allauth.mfa", "allauth.usersessions", "django.contrib.auth"):
    import_module(f"{_module}.admin")
admin.site.unregister([EmailAddress, Authenticator, UserSession, Group])


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RoleFilter(admin.SimpleListFilter):
    """By role, under the names that people read rather than those of the groups."""

    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Role.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = PersonForm
    list_display = ["name", "email", "role_labels", "is_active", "last_login"]
    list_filter = ["is_active", RoleFilter]
    search_fields = ["name", "email"]
    readonly_fields = ["email", "email_is_verified", "second_factors", "joined_at", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "email_is_verified", "name", "language", "time_zone"]}),
        (gettext_lazy("Rights"), {"fields": ["roles", "is_active"]}),
        (gettext_lazy("Sign-in"), {"fields": ["second_factors", "joined_at", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "language", "roles"]})]
    actions = ["send_password_link", "sign_out_everywhere", "reset_second_factors"]

    @admin.display(description=gettext_lazy("roles"))
    def role_labels(self, user: User) -> str:
        return ", ".join(str(role.label) for role in user.roles)

    @admin.display(description=gettext_lazy("e-mail verified"), boolean=True)
    def email_is_verified(self, user: User) -> bool:
        return bool(EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists())

    @admin.display(description=gettext_lazy("second factors"))
    def second_factors(self, user: User) -> str:
        factors = Authenticator.objects.filter(user=user)
        return ", ".join(str(factor.get_type_display()) for factor in factors) or _("None")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewPersonForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else []

    def get_actions(self, request: HttpRequest) -> Any:
        # One at a time, on a page that says what is lost.
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and not (obj and is_last_administrator(obj))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # What goes with a person is theirs alone: deleting it asks for no right besides that of deleting them.
        deleted, counts, _rights, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    def save_model(self, request: SignedInRequest, obj: User, form: Any, change: bool) -> None:  # type: ignore[override]  # signed in
        roles: set[Role] = form.cleaned_data["roles"]
        if not change:
            invite(user=obj, roles=roles, by=request.user)
            send_invitation(obj)
            return
        try:
            set_roles(user=obj, roles=roles, by=request.user)
            if "is_active" in form.changed_data:
                switch = closing.reactivate_account if obj.is_active else closing.deactivate_account
                switch(user=User.objects.get(pk=obj.pk), by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        else:
            kept = {name: form.cleaned_data[name] for name in ("name", "language", "time_zone")}
            set_preferences(user=obj, **kept)

    def delete_model(self, request: SignedInRequest, obj: User) -> None:  # type: ignore[override]  # signed in
        closing.delete_account(user=obj, by=request.user)

    @admin.action(description=gettext_lazy("Send a link to choose a password"), permissions=["change"])
    def send_password_link(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users.filter(is_active=True):
            send_invitation(user)
        messages.success(request, _("The messages are sent."))

    @admin.action(description=gettext_lazy("Sign out everywhere"), permissions=["change"])
    def sign_out_everywhere(self, request: SignedInRequest, users: QuerySet[User]) -> None:
        count = sum(end_sessions(user=user, by=request.user) for user in users)
        messages.success(
            request, ngettext("%(count)d session ended.", "%(count)d sessions ended.", count) % {"count": count}
        )

    @admin.action(description=gettext_lazy("Remove the second factors (lost telephone)"), permissions=["change"])
    def reset_second_factors(self, request: SignedInRequest, users: QuerySet[User]) -> None:
        count = sum(remove_second_factors(user=user, by=request.user) for user in users)
        messages.success(
            request, ngettext("%(count)d factor removed.", "%(count)d factors removed.", count) % {"count": count}
        )


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """What each role may do, to read: the apps declare it."""

    list_display = ["role", "people"]
    fields = ["role", "permissions"]

    @admin.display(description=gettext_lazy("role"), ordering="name")
    def role(self, group: Group) -> str:
        return str(Role(group.name).label) if group.name in Role.values else group.name

    @admin.display(description=gettext_lazy("people"))
    def people(self, group: Group) -> int:
        return User.objects.filter(groups=group, is_active=True).count()


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ["name", "owner", "scope_list", "state_label", "created_at", "expiry", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__email", "user__name"]
    date_hierarchy = "created"
    fields = ["id", "name", "owner", "scope_list", "state_label", "created_at", "expiry", "last_used_at"]
    actions = ["revoke"]

    @admin.display(description=gettext_lazy("user"), ordering="user")
    def owner(self, token: ApiToken) -> User:
        return token.user

    @admin.display(description=gettext_lazy("created"), ordering="created")
    def created_at(self, token: ApiToken) -> datetime:
        return token.created

    @admin.display(description=gettext_lazy("scopes"))
    def scope_list(self, token: ApiToken) -> str:
        return ", ".join(token.scope_labels)

    @admin.display(description=gettext_lazy("state"))
    def state_label(self, token: ApiToken) -> str:
        return str(token.state.label)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.revoke_apitoken")

    @admin.action(description=gettext_lazy("Revoke the tokens"), permissions=["revoke"])
    def revoke(self, request: SignedInRequest, chosen: QuerySet[ApiToken]) -> None:
        count = 0
        for token in chosen:
            tokens.revoke_token(token=token, by=request.user)
            count += 1
        messages.success(
            request, ngettext("%(count)d token revoked.", "%(count)d tokens revoked.", count) % {"count": count}
        )


class ActionFilter(admin.SimpleListFilter):
    """By the actions that the apps declare, which the database does not know as choices."""

    title = gettext_lazy("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return sorted(action_labels().items(), key=lambda item: fold(item[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "action_label", "actor", "subject_name"]
    list_select_related = ["actor"]
    list_filter = [ActionFilter, "actor_kind"]
    date_hierarchy = "at"
    fields = ["at", "action_label", "actor", "actor_kind", "subject_type", "subject_id", "subject_label", "details"]

    @admin.display(description=gettext_lazy("subject"))
    def subject_name(self, event: AuditEvent) -> str:
        return event.subject

    @admin.display(description=gettext_lazy("action"), ordering="action")
    def action_label(self, event: AuditEvent) -> str:
        return str(label_of(event.action))
