"""The errors of the collection, as a program meets them."""

from django.utils.translation import gettext_lazy as _

from apps.core.problems import ProblemType

_READ = _("“detail” says what to correct.")

DECLARED = [
    ProblemType(
        code="source_refused",
        status=400,
        title=_("The source is refused"),
        meaning=_("“detail” says which of its fields are not valid, and why."),
    ),
    ProblemType(
        code="source_not_open",
        status=409,
        title=_("The source is not open"),
        meaning=_("A source is collected once someone has opened it, saying what the data is for."),
    ),
    ProblemType(
        code="source_in_use",
        status=409,
        title=_("The source is read by a dataset"),
        meaning=_("Change the recipe of that dataset, or delete it, first."),
    ),
    ProblemType(
        code="run_already_active",
        status=409,
        title=_("The source is being collected"),
        meaning=_("A source has one run at a time: wait for its end, or cancel it."),
    ),
    ProblemType(code="run_over", status=409, title=_("The run is over"), meaning=_("There is nothing left to cancel.")),
    ProblemType(
        code="run_not_retryable",
        status=409,
        title=_("The run cannot go on"),
        meaning=_("“detail” says why. Ask for a new run."),
    ),
    ProblemType(code="source_misconfigured", status=409, title=_("The source is set up wrong"), meaning=_READ),
    ProblemType(
        code="source_refuses_us",
        status=409,
        title=_("The source does not let us in"),
        meaning=_("Give the source the right to read, or other credentials."),
    ),
    ProblemType(
        code="source_reserved_column",
        status=409,
        title=_("A column has a name that Écluse needs"),
        meaning=_("Choose the columns to collect without it."),
    ),
    ProblemType(
        code="source_unavailable",
        status=503,
        title=_("The source does not answer"),
        meaning=_("It may pass: try again later."),
    ),
    ProblemType(
        code="source_columns_changed",
        status=409,
        title=_("The columns changed while the source was read"),
        meaning=_("It was being replaced, most likely: collect it again."),
    ),
    ProblemType(
        code="source_rate_limited",
        status=503,
        title=_("The source has been called as often as it accepts"),
        meaning=_("Try again later, and less often."),
    ),
    ProblemType(
        code="source_blocked",
        status=502,
        title=_("The source may not be reached from here"),
        meaning=_("Its address, or the rules of its site, forbid it. “detail” says which."),
    ),
    ProblemType(
        code="contract_broken",
        status=409,
        title=_("What came is not what was agreed"),
        meaning=_("“detail” says what differs."),
    ),
    ProblemType(
        code="collection_unexpected",
        status=500,
        title=_("The run failed unexpectedly"),
        meaning=_("The fault is ours. Give the number of the run when you report it."),
    ),
    ProblemType(
        code="workers_died",
        status=500,
        title=_("The run stopped the processes that read it"),
        meaning=_("Most often, for lack of memory: collect less at once."),
    ),
    *(
        ProblemType(code=code, status=409, title=title, meaning=_READ)
        for code, title in {
            "file_not_there": _("The file is no longer kept"),
            "empty_file": _("The file is empty"),
            "not_a_csv": _("The file is not a table in text"),
            "too_many_columns": _("The file has too many columns"),
            "truncated_archive": _("The compressed file stops before its end"),
            "damaged_archive": _("The compressed file is damaged"),
            "decompression_bomb": _("The compressed file swells too much"),
            "file_too_large": _("The file is too large"),
            "site_refuses_us": _("The site of the source does not let us in"),
            "nothing_there": _("The site of the source has nothing at this address"),
            "site_too_talkative": _("The site of the source sends more than is accepted"),
            "address_not_usable": _("The address of the source cannot be called"),
            "bigdata_driver_missing": _("This instance lacks the driver of the system"),
            "bigdata_refuses_us": _("The system does not accept the user name and password"),
            "bigdata_no_right": _("The system does not let this user read the table"),
            "bigdata_unknown_table": _("The system has no such table"),
            "bigdata_unknown_database": _("The system has no such database"),
            "bigdata_unknown_column": _("The system does not have a column that is named"),
            "bigdata_query_not_understood": _("The system does not accept the query"),
            "bigdata_parameter_missing": _("A value that the query asks for is not given"),
            "bigdata_column_not_comparable": _("Nothing can be compared with a column of this type"),
            "bigdata_value_of_another_type": _("A value is not of the type of the column it is compared with"),
            "bigdata_too_many_parts": _("The column that cuts into parts has too many values"),
            "bigdata_key_not_usable": _("The key does not name a single row"),
            "bigdata_nothing_to_go_on_after": _("The rows come in no order, so that a run cannot go on"),
            "lake_folder_not_allowed": _("The folder is not one of those that may be read"),
            "lake_no_parquet": _("The folder holds no Parquet file"),
            "lake_too_many_files": _("The folder holds too many files"),
            "lake_column_of_two_types": _("A column has two types in the files of the folder"),
            "lake_file_changed": _("A file was changed while the folder was read"),
        }.items()
    ),
    *(
        ProblemType(code=code, status=503, title=title, meaning=_("It may pass: try again later."))
        for code, title in {
            "site_out_of_reach": _("The site of the source did not answer as it should"),
            "site_too_slow": _("The site of the source did not finish in time"),
            "site_rate_limited": _("The site of the source was called as often as it accepts"),
            "bigdata_broke_off": _("The system broke off"),
            "bigdata_query_failed": _("The query failed on the system"),
            "bigdata_query_too_slow": _("The query gave no row in time"),
            "bigdata_query_cancelled": _("The query was cancelled on the system"),
        }.items()
    ),
    *(
        ProblemType(code=code, status=502, title=title, meaning=_READ)
        for code, title in {
            "address_not_allowed": _("The address of the source leads to where Écluse does not call"),
            "site_not_trusted": _("The site of the source cannot be trusted"),
            "bigdata_port_not_open": _("The port of the system is not one that Écluse calls"),
        }.items()
    ),
]
