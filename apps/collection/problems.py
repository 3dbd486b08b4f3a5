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
            "database_refuses_us": _("The database does not let us in"),
            "database_right_missing": _("The user of the database may not read this"),
            "database_not_found": _("The server has no database of this name"),
            "database_table_not_found": _("The database has no table or view of this name"),
            "database_column_not_found": _("There is no column of this name"),
            "database_query_not_understood": _("The database does not understand the query"),
            "database_not_one_query": _("What was given is not one query that reads"),
            "database_parameter_missing": _("The query needs a value that was not given"),
            "database_columns_alike": _("The query gives two columns of the same name"),
            "database_too_slow": _("The database did not finish a query in time"),
            "database_driver_missing": _("This instance has no driver for this database"),
            "database_nothing_chosen": _("No table and no query was chosen"),
            "database_no_tables": _("The database shows no table"),
            "database_key_not_unique": _("The key that was given does not identify a record"),
            "database_key_not_usable": _("The key that was given cannot be gone on from"),
            "database_cannot_divide": _("The reading cannot be divided by this column"),
            "database_bound_not_readable": _("A bound cannot be compared with the column"),
            "database_not_a_database": _("The file is not an SQLite database"),
            "database_snapshot_too_large": _("The records have no key, and weigh too much"),
            "database_failed": _("The database refuses what was asked"),
        }.items()
    ),
    *(
        ProblemType(code=code, status=503, title=title, meaning=_("It may pass: try again later."))
        for code, title in {
            "site_out_of_reach": _("The site of the source did not answer as it should"),
            "site_too_slow": _("The site of the source did not finish in time"),
            "site_rate_limited": _("The site of the source was called as often as it accepts"),
            "database_host_not_found": _("No database server has this name"),
            "database_out_of_reach": _("The database server does not answer"),
            "database_connection_lost": _("The connection to the database was lost"),
            "database_busy": _("The database cannot answer for now"),
        }.items()
    ),
    *(
        ProblemType(code=code, status=502, title=title, meaning=_READ)
        for code, title in {
            "address_not_allowed": _("The address of the source leads to where Écluse does not call"),
            "site_not_trusted": _("The site of the source cannot be trusted"),
            "database_port_not_open": _("The port of the database is not called from here"),
            "database_tls_refused": _("The connection to the database cannot be protected as asked"),
        }.items()
    ),
]
