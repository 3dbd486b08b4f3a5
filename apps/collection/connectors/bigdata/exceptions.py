"""What may go wrong with a system of big data, in words for whoever set the source up.

What the systems themselves say quotes the query and the data: none of it is kept, but for the code of the error.
"""

from django.utils.translation import gettext_lazy as _

from apps.collection.exceptions import AuthError, Blocked, ConfigError, Transient


class DriverMissing(ConfigError):
    """Details: `name`, the driver; `file`, the list of requirements that has it."""

    code = "bigdata_driver_missing"
    title = _("This instance cannot speak to that system: it lacks the driver %(name)s")
    advice = _("Ask an operator to install what %(file)s lists.")


# --- Reaching -------------------------------------------------------------------------------------
class PortNotOpen(Blocked):
    """Details: `host`, `port`."""

    code = "bigdata_port_not_open"
    title = _("Écluse does not call port %(port)s of %(host)s")
    advice = _("Check the port, or ask an operator to open it (OUTBOUND_ALLOWED_PORTS).")


class SystemBrokeOff(Transient):
    """Details: `host`."""

    code = "bigdata_broke_off"
    title = _("%(host)s broke off")
    advice = _("It may have been restarted: it is tried again. If this lasts, check the port, the sign-in and TLS.")


class SystemRefusesUs(AuthError):
    """Details: `host`."""

    code = "bigdata_refuses_us"
    title = _("%(host)s does not accept this user name and password")
    advice = _("Check them, and the kind of sign-in.")


class NoRight(AuthError):
    """Details: `host`, `name`: the table or “query”."""

    code = "bigdata_no_right"
    title = _("%(host)s does not let this user read “%(name)s”")
    advice = _("Ask those who keep the system for the right to read it.")


# --- What is asked --------------------------------------------------------------------------------
class UnknownTable(ConfigError):
    """Details: `name`."""

    code = "bigdata_unknown_table"
    title = _("The system has no table “%(name)s” that this user can see")
    advice = _("Check its name, the database and the catalog.")


class UnknownDatabase(ConfigError):
    """Details: `name`."""

    code = "bigdata_unknown_database"
    title = _("The system has no database “%(name)s” that this user can see")
    advice = _("Check its name, and the catalog.")


class UnknownColumn(ConfigError):
    """Details: `column`, which may be empty."""

    code = "bigdata_unknown_column"
    title = _("The system does not have the column “%(column)s”")
    advice = _("Check the names of the columns in the settings, and in the query if there is one.")


class QueryNotUnderstood(ConfigError):
    """Details: `error`, the code that the system gives."""

    code = "bigdata_query_not_understood"
    title = _("The system does not accept the query (%(error)s)")
    advice = _("Try the query in the system's own tool, and correct it.")


class ParameterMissing(ConfigError):
    """Details: `name`."""

    code = "bigdata_parameter_missing"
    title = _("The query asks for “:%(name)s”, which is not given")
    advice = _("Give its value among those of the query.")


class ColumnNotComparable(ConfigError):
    """Details: `column`, `type`."""

    code = "bigdata_column_not_comparable"
    title = _("Nothing can be compared with the column “%(column)s”, of type %(type)s")
    advice = _("Choose a column of numbers, dates or texts for conditions, parts, keys and what is new.")


class ValueOfAnotherType(ConfigError):
    """Details: `column`, `type`."""

    code = "bigdata_value_of_another_type"
    title = _("A value that “%(column)s” is compared with is not of its type, %(type)s")
    advice = _("Correct the conditions: dates are written 2024-12-31, and decimals with a point.")


class TooManyParts(ConfigError):
    """Details: `column`, `limit`."""

    code = "bigdata_too_many_parts"
    title = _("The column “%(column)s” has more than %(limit)s values")
    advice = _("Cut into parts by a column that has fewer.")


# --- While it runs --------------------------------------------------------------------------------
class QueryFailed(Transient):
    """Details: `host`, `error`: the code that the system gives."""

    code = "bigdata_query_failed"
    title = _("The query failed on %(host)s (%(error)s)")
    advice = _("It may pass. If it lasts, ask those who keep the system what it says of it.")


class QueryTooSlow(Transient):
    """Details: `host`, `seconds`."""

    code = "bigdata_query_too_slow"
    title = _("%(host)s gave no row within %(seconds)s seconds; the query was cancelled")
    advice = _("Allow more time, or ask for less: conditions on the partition columns cost the least.")


class QueryCancelled(Transient):
    """Details: `host`."""

    code = "bigdata_query_cancelled"
    title = _("The query was cancelled on %(host)s")
    advice = _("Someone or a limit of the system stopped it: ask those who keep it if it happens again.")


class KeyNotUsable(ConfigError):
    """Details: `columns`."""

    code = "bigdata_key_not_usable"
    title = _("%(columns)s cannot be the key: rows have the same values, or none")
    advice = _("Choose columns that together name a single row, or leave the key out.")


class NothingToGoOnAfter(ConfigError):
    """Details: `name`."""

    code = "bigdata_nothing_to_go_on_after"
    title = _("The rows of “%(name)s” come in no order: there is no place to go on from")
    advice = _("Start a new run. To make runs that can go on, give a key.")


# --- Folders of Parquet files ---------------------------------------------------------------------
class FolderNotAllowed(ConfigError):
    """Details: none: which folders exist is nobody's business."""

    code = "lake_folder_not_allowed"
    title = _("This folder is not one of those that may be read, or it is not there")
    advice = _("Give one beneath the folders that an operator lists (COLLECT_FOLDERS).")


class NoParquet(ConfigError):
    """Details: `name`."""

    code = "lake_no_parquet"
    title = _("“%(name)s” holds no Parquet file that can be read")
    advice = _("Check the folder; names that begin with a dot or an underscore are passed over.")


class TooManyFiles(ConfigError):
    """Details: `name`, `limit`."""

    code = "lake_too_many_files"
    title = _("“%(name)s” holds more than %(limit)s files")
    advice = _("Give a smaller folder, or have its files merged.")


class ColumnOfTwoTypes(ConfigError):
    """Details: `column`, `one` and `other`: the types."""

    code = "lake_column_of_two_types"
    title = _("The column “%(column)s” is %(one)s in some files and %(other)s in others")
    advice = _("Leave that column out, or have the files written again with one type.")


class FileChanged(ConfigError):
    """Details: `name`, of the file."""

    code = "lake_file_changed"
    title = _("The file “%(name)s” was changed or taken away while the folder was read")
    advice = _("Start a new run. The files of a lake are written once, then left alone.")
