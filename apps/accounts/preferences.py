"""Keeping what a person prefers."""

from apps.accounts.models import User


def set_preferences(*, user: User, **preferences: str) -> User:
    """Save some of name, language, theme and time zone. Raises ValidationError if one of them is not possible."""
    for name, value in preferences.items():
        setattr(user, name, value)
    user.clean_fields(exclude={field.name for field in User._meta.fields} - preferences.keys())
    user.save(update_fields=list(preferences))
    return user
