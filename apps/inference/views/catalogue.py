"""The AI services that whoever looks may ask."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.access import public
from apps.inference.forms.finding import CatalogueForm

PAGE_SIZE = 20


@public
def catalogue(request: HttpRequest) -> HttpResponse:
    form = CatalogueForm(request.GET)
    found = form.asked(request.user).defer("spec")
    paginator = Paginator(found, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "is_filtering": bool(request.GET.get("q")),
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
    }
    return render(request, "inference/catalogue.html", context)
