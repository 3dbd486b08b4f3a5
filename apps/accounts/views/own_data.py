"""One's own data: reading it, taking it away, deleting the account."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts import closing
from apps.accounts.exceptions import LastAdministrator
from apps.accounts.models import ApiToken
from apps.accounts.own_data import export_personal_data
from apps.accounts.reauthentication import reauthenticated
from apps.accounts.requests import SignedInRequest
from apps.core.access import signed_in


@signed_in
def my_data(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/my_data.html")


@signed_in
@reauthenticated
@require_POST
def export_my_data(request: SignedInRequest) -> HttpResponse:
    gathered = export_personal_data(user=request.user, by=request.user)
    name = f"ecluse-{timezone.localdate().isoformat()}.json"
    return JsonResponse(
        gathered,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@signed_in
@reauthenticated
def delete_account(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        user = request.user
        try:
            closing.delete_account(user=user, by=user)
        except LastAdministrator as refusal:
            messages.error(request, str(refusal.message))
            return redirect("accounts:my_data")
        request.session.flush()
        messages.success(request, _("Your account is deleted. Thank you for the time you spent here."))
        return redirect("home")
    token_count = ApiToken.objects.filter(user=request.user).count()
    return render(request, "accounts/delete_account.html", {"token_count": token_count})
