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
    ProblemType(
        code="run_not_paused",
        status=409,
        title=_("The run is not paused"),
        meaning=_("There is nothing to resume: it waits, goes on or is over."),
    ),
    ProblemType(
        code="run_not_replayable",
        status=409,
        title=_("The rejected records of the run cannot be read again"),
        meaning=_("Only a run that passed, and whose files are still kept, is replayed. Collect the source again."),
    ),
    ProblemType(
        code="run_stopped",
        status=409,
        title=_("The run has stopped"),
        meaning=_("It was cancelled or paused while it was read."),
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
            "source_not_incremental": _("The source does not say what is new"),
            "source_not_replayable": _("The rejected records cannot be read again"),
            "file_not_there": _("The file is no longer kept"),
            "empty_file": _("The file is empty"),
            "not_a_csv": _("The file is not a table in text"),
            "too_many_columns": _("The file has too many columns"),
            "truncated_archive": _("The compressed file stops before its end"),
            "damaged_archive": _("The compressed file is damaged"),
            "decompression_bomb": _("The compressed file swells too much"),
            "file_too_large": _("The file is too large"),
            "nested_archive": _("The file is compressed twice, or holds another archive"),
            "encrypted_file": _("The file is protected by a password"),
            "too_many_entries": _("The zip holds too many files"),
            "no_such_member": _("The zip holds none of the files that are asked for"),
            "several_members": _("The zip holds several files, and nothing says which to read"),
            "damaged_file": _("The file is damaged"),
            "truncated_file": _("The file stops before its end"),
            "record_too_long": _("A record of the file is too long"),
            "no_records_there": _("The file has no records at this path"),
            "no_such_sheet": _("The workbook has no such sheet"),
            "too_many_cells": _("The sheet spreads over too many cells"),
            "xml_entities_refused": _("The XML defines entities, which are not read for safety"),
            "too_many_files": _("There are too many files to read"),
            "no_file_there": _("No file matches"),
            "folder_not_there": _("The folder cannot be read"),
            "file_changed": _("A file was changed after the run began"),
            "file_columns_differ": _("A file has not the columns of the others"),
            "site_refuses_us": _("The site of the source does not let us in"),
            "nothing_there": _("The site of the source has nothing at this address"),
            "site_too_talkative": _("The site of the source sends more than is accepted"),
            "address_not_usable": _("The address of the source cannot be called"),
            "credentials_missing": _("The API is to be entered with credentials that are not given"),
            "token_refused": _("The API gives no access token"),
            "answer_not_json": _("The API answered something other than JSON"),
            "answer_is_a_page": _("The API answered a page for people rather than data"),
            "records_not_there": _("The records are not where the settings say in the answer of the API"),
            "records_unclear": _("It is unclear where the records are in the answer of the API"),
            "pages_unclear": _("It is unclear how the pages of the API follow one another"),
            "next_not_usable": _("What the API gives as its next page does not lead to one"),
            "next_elsewhere": _("The API sends us to another site for its next page"),
            "page_repeated": _("The API gives the same page again and again"),
            "too_many_pages": _("The API has more pages than are read"),
            "fewer_than_announced": _("The API stopped before the number of records that it says it has"),
            "cursor_field_missing": _("No record has the field that should say what is new"),
            "cursor_field_unclear": _("The field that should say what is new holds nothing that we can compare"),
            "bound_not_usable": _("The bound of the period is not written as the field that it bounds"),
            "terms_not_read": _("The terms of use of the site were not read"),
            "no_page_read": _("No page of the site could be read"),
        }.items()
    ),
    *(
        ProblemType(code=code, status=503, title=title, meaning=_("It may pass: try again later."))
        for code, title in {
            "site_out_of_reach": _("The site of the source did not answer as it should"),
            "site_too_slow": _("The site of the source did not finish in time"),
            "site_rate_limited": _("The site of the source was called as often as it accepts"),
            "visit_broken": _("The visit of the site stopped halfway"),
        }.items()
    ),
    *(
        ProblemType(code=code, status=502, title=title, meaning=_READ)
        for code, title in {
            "address_not_allowed": _("The address of the source leads to where Écluse does not call"),
            "site_not_trusted": _("The site of the source cannot be trusted"),
            "folder_not_open": _("The folder of the server is not open to collection"),
            "robots_forbid": _("The site asks programs not to read these pages"),
        }.items()
    ),
]
