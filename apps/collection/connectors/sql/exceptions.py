"""What may go wrong with a database, as people read it: names that they gave, codes, never a value of the data."""

from django.utils.translation import gettext_lazy as _

from apps.collection.exceptions import AuthError, Blocked, ConfigError, Transient


class HostNotFound(Transient):
    """Details: `host`."""

    code = "database_host_not_found"
    title = _("No server is called %(host)s")
    advice = _("Check its name. It must be known from where Écluse runs.")


class DatabaseOutOfReach(Transient):
    """Details: `host`, `port`."""

    code = "database_out_of_reach"
    title = _("The database server %(host)s does not answer on port %(port)s")
    advice = _("Check the name and the port, that the server runs, and that no firewall stands between.")


class ConnectionLost(Transient):
    """Details: `host`."""

    code = "database_connection_lost"
    title = _("The connection to the database %(host)s was lost")
    advice = _("The collection goes on after the last record that landed. If this lasts, ask those who keep it.")


class DatabaseBusy(Transient):
    """Details: `state`, the code that the server gives."""

    code = "database_busy"
    title = _("The database cannot answer for now (code %(state)s)")
    advice = _("It is starting, stopping, full or has too many connections. It will be tried again.")


class PortNotOpen(Blocked):
    """Details: `host`, `port`."""

    code = "database_port_not_open"
    title = _("Port %(port)s of %(host)s is not called from here")
    advice = _("Use the usual port of the system, or ask an operator to open this one (OUTBOUND_ALLOWED_PORTS).")


class TlsRefused(Blocked):
    """Details: `host`."""

    code = "database_tls_refused"
    title = _("The connection to %(host)s cannot be protected as asked")
    advice = _(
        "The server does not encrypt, or its certificate does not hold. Ask those who keep it; for an authority of "
        "your own, ask an operator to declare it (OUTBOUND_CA_BUNDLE)."
    )


class DatabaseRefusesUs(AuthError):
    """Details: `host`."""

    code = "database_refuses_us"
    title = _("The database %(host)s does not let us in")
    advice = _("Check the user and the password, and that the server accepts this user from where Écluse runs.")


class RightMissing(AuthError):
    """Details: `host`."""

    code = "database_right_missing"
    title = _("The user may not read this in the database %(host)s")
    advice = _("Ask for the right to read (SELECT) the tables that are collected.")


class DatabaseNotFound(ConfigError):
    """Details: `database`."""

    code = "database_not_found"
    title = _("The server has no database called “%(database)s”")
    advice = _("Check its name, capitals included.")


class TableNotFound(ConfigError):
    """Details: `table`."""

    code = "database_table_not_found"
    title = _("The database has no table or view called “%(table)s”")
    advice = _("Check its name and its schema, and that the user may read it.")


class ColumnNotFound(ConfigError):
    """Details: `column`."""

    code = "database_column_not_found"
    title = _("There is no column called “%(column)s”")
    advice = _("Check its name, capitals included; it may have been renamed at the source.")


class QueryNotUnderstood(ConfigError):
    """Details: `state`."""

    code = "database_query_not_understood"
    title = _("The database does not understand the query (code %(state)s)")
    advice = _("Correct it: a name that does not exist, a type that does not fit, a word too many.")


class QueryNotUnderstoodThere(QueryNotUnderstood):
    """Where the server says the place. Details: `line`, `character` (both from 1), `state`."""

    code = "database_query_not_understood_there"
    title = _("The database does not understand the query (line %(line)s, character %(character)s, code %(state)s)")
    advice = _("Correct it there: a name that does not exist, a type that does not fit, a word too many.")


class NotOneQuery(ConfigError):
    code = "database_not_one_query"
    title = _("What was given is not one query that reads")
    advice = _("Write one SELECT, whole by itself.")


class ParameterMissing(ConfigError):
    """Details: `name`."""

    code = "database_parameter_missing"
    title = _("The query needs a value for “%(name)s”")
    advice = _("Give it among the values of the query.")


class ColumnsAlike(ConfigError):
    """Details: `column`."""

    code = "database_columns_alike"
    title = _("The query gives two columns called “%(column)s”, or one without a name")
    advice = _("Name each column of the query differently, with AS.")


class StatementTooSlow(ConfigError):
    """Details: `seconds`."""

    code = "database_too_slow"
    title = _("The database did not finish a query within %(seconds)s seconds")
    advice = _("Read in several parts, add an index on the column that is filtered or sorted, or allow more time.")


class DriverMissing(ConfigError):
    """Details: `package`."""

    code = "database_driver_missing"
    title = _("This instance has no driver for this database (%(package)s)")
    advice = _("Ask an operator to install what requirements/bigdata.txt lists.")


class NothingChosen(ConfigError):
    code = "database_nothing_chosen"
    title = _("No table and no query was chosen")
    advice = _("Choose a table of the database, or write a query.")


class NoTables(ConfigError):
    code = "database_no_tables"
    title = _("The database shows no table")
    advice = _("Check the schema, and that the user may read its tables.")


class KeyNotUnique(ConfigError):
    """Details: `columns`."""

    code = "database_key_not_unique"
    title = _("Several records have the same %(columns)s, or none")
    advice = _("Give the columns that together identify a record, or none: the records are then read in one go.")


class KeyNotUsable(ConfigError):
    """Details: `column`."""

    code = "database_key_not_usable"
    title = _("The column “%(column)s” cannot be used to go on where a collection stopped")
    advice = _("Its values are not compared as they are sorted. Choose another column, or none.")


class CannotDivide(ConfigError):
    """Details: `column`."""

    code = "database_cannot_divide"
    title = _("The reading cannot be divided by the column “%(column)s”")
    advice = _("Choose a column of whole numbers or of dates, or read it in one part.")


class BoundNotReadable(ConfigError):
    """Details: `column`."""

    code = "database_bound_not_readable"
    title = _("A bound cannot be compared with the column “%(column)s”")
    advice = _("Write it as the column does: a number, or a date such as 2026-01-31.")


class NotADatabase(ConfigError):
    """Details: `name`."""

    code = "database_not_a_database"
    title = _("“%(name)s” is not an SQLite database, or is damaged")
    advice = _("Send the file again; if it is in use, make a copy of it with VACUUM INTO first.")


class FileNotOpen(Blocked):
    """Details: none: which files exist is nobody's business."""

    code = "database_file_not_open"
    title = _("This file is not beneath a folder of the server that may be read, or it is not there")
    advice = _("Check its path, or ask an operator to open its folder (COLLECT_FOLDERS).")


class SnapshotTooLarge(ConfigError):
    """Details: `limit`, written for people."""

    code = "database_snapshot_too_large"
    title = _("The records have no key, and weigh more than %(limit)s together")
    advice = _("Give the columns that identify a record, or ask an operator to allow more (COLLECT_MAX_FILE_BYTES).")


class DatabaseFailed(ConfigError):
    """Details: `state`, the code that the server gives."""

    code = "database_failed"
    title = _("The database refuses what was asked (code %(state)s)")
    advice = _("Look for this code in its documentation, or ask those who keep it.")
