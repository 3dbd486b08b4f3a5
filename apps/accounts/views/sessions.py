"""Where one is signed in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.browsers import browser_name
from apps.accounts.requests import SignedInRequest
from apps.accounts.sessions import end_sessions, sessions_of
from apps.core.access import signed_in


@signed_in
def sessions(request: SignedInRequest) -> HttpResponse:
    """The open sessions. A POST ends those that it names, or all the others."""
    if request.method == "POST":
        named = [int(pk) for pk in request.POST.getlist("session") if pk.isdecimal() and len(pk) < 19]
        only = None if "others" in request.POST else named
        count = end_sessions(user=request.user, by=request.user, only=only, besides=request.session.session_key or "")
        messages.success(
            request,
            ngettext("%(count)d session ended.", "%(count)d sessions ended.", count) % {"count": count}
            if count
            else _("No other session was open."),
        )
        return redirect("usersessions_list")
    rows = [(session, browser_name(session.user_agent)) for session in sessions_of(request.user)]
    return render(request, "usersessions/usersession_list.html", {"rows": rows})
