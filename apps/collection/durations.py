"""How long things take, as people say it."""

from datetime import timedelta

from django.utils.translation import gettext as _


def duration_text(duration: timedelta | None) -> str:
    """“0.4 s” is not worth a line: “12 s”, “8 min 40 s”, “2 h 05 min”, “3 d 4 h”; a dash when there is none."""
    if duration is None:
        return "–"
    seconds = max(0, int(duration.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{minutes:02}"}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": f"{seconds:02}"}
    return _("%(seconds)s s") % {"seconds": seconds}
