"""The parameters that several operations share, as the document of the API tells them."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from apps.datasets.enums import Freshness, Visibility
from apps.datasets.reading.aggregates import MAX_GROUPS, MEASURES

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description=_("The ETag of the answer you already have.")
)
NOT_CHANGED = OpenApiResponse(description=_("It has not changed."))
FACET_PARAMETERS = [
    OpenApiParameter("q", str, description=_("Words of the name, the description or the licence: all of them.")),
    OpenApiParameter("licence", str, many=True, description=_("Only those under this licence; “-” if none is said.")),
    OpenApiParameter(
        "freshness",
        str,
        enum=Freshness.values,
        many=True,
        description=_("Only those whose last version is this old: published less than a day, a week, a month ago…"),
    ),
    OpenApiParameter(
        "readers", str, enum=Visibility.values, many=True, description=_("Only those that these read; wants a token.")
    ),
    OpenApiParameter(
        "source_kind", str, many=True, description=_("Only those made from sources of this kind; wants a token.")
    ),
]
COLUMNS = OpenApiParameter(
    "columns", str, description=_("The columns to read, separated by commas. All of them if it is left out.")
)
ORDER = OpenApiParameter(
    "order",
    str,
    description=_(
        "The columns to sort by, separated by commas; “-” before one sorts it down. Missing values come last."
    ),
)
SEARCH = OpenApiParameter(
    "q",
    str,
    description=_(
        'Words to find in the texts, whatever their accents and their endings: “école -maternelle”, “"première '
        'visite"”. What matches best comes first, unless an order is asked for. Only texts that everyone may read are '
        "searched."
    ),
)
EXPAND = OpenApiParameter(
    "expand",
    str,
    description=_("The relations to follow, separated by commas: the row that each leads to comes inside of the row."),
)
VERSION = OpenApiParameter(
    "version",
    {"type": "integer", "minimum": 1},
    description=_("The version to read, from its snapshot. That of today if it is left out."),
)
FILTERS = _(
    "Any other parameter is a filter on a column: “age=40” or “age__gte=40”. The operators are “ne”, “in” (values "
    "separated by commas), “lt”, “lte”, “gt”, “gte”, “range” (the lowest and the highest value), “isnull” (true or "
    "false), and for texts “contains”, “startswith”, “endswith”, or “iexact”, “icontains”, “istartswith” and "
    "“iendswith” whatever their case. Dates have parts: “day__year=2026”, “day__month__in=1,2”; also “quarter”, "
    "“week”, “day”, “weekday” and “hour”. A parameter that names nothing is an error."
)
AGGREGATES = [
    OpenApiParameter(
        "group_by",
        str,
        description=_("The columns, or the parts of dates, that make the groups: “service,day__year”."),
    ),
    *(
        OpenApiParameter(
            name, str, description=_("The columns to tell so of each group, separated by commas; “*” counts rows.")
        )
        for name in MEASURES
    ),
    OpenApiParameter(
        "order", str, description=_("The members to sort groups by, separated by commas; “-” before one sorts it down.")
    ),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_GROUPS, "default": MAX_GROUPS},
        description=_("How many groups at most; “truncated” tells whether there are more."),
    ),
]
