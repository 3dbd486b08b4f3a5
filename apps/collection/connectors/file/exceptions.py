"""What may go wrong with a file, in words for whoever gave it."""

from django.utils.translation import gettext_lazy as _

from apps.collection.exceptions import Blocked, ConfigError, ContractBroken


class FileNotThere(ConfigError):
    """Details: `name`."""

    code = "file_not_there"
    title = _("The file “%(name)s” is no longer kept here")
    advice = _("Send it again in the settings of the source.")


class EmptyFile(ConfigError):
    """Details: `name`."""

    code = "empty_file"
    title = _("The file “%(name)s” is empty")
    advice = _("Check what was exported, and how many lines are skipped at its start.")


class NotACsv(ConfigError):
    """Details: `name`, and `format`: what the file is instead, as far as can be told."""

    code = "not_a_csv"
    title = _("The file “%(name)s” is in no format that is read (it looks like: %(format)s)")
    advice = _("Export it as CSV, or in another of the formats that are read: JSON, Excel, Parquet, XML, Avro.")


class TooManyColumns(ConfigError):
    """Details: `found` and `limit`."""

    code = "too_many_columns"
    title = _("The file has %(found)s columns, more than the %(limit)s that are read")
    advice = _("Check the delimiter, or split the file.")


class TruncatedArchive(ConfigError):
    """Details: `at`, the byte of the compressed file at which it stops."""

    code = "truncated_archive"
    title = _("The compressed file stops before its end, at byte %(at)s")
    advice = _("It was probably not sent whole: get it again.")


class DamagedArchive(ConfigError):
    """Details: `at`, the byte of the compressed file near which it makes no sense."""

    code = "damaged_archive"
    title = _("The compressed file is damaged near byte %(at)s")
    advice = _("Get it again; if it is still damaged, ask those who made it.")


class DecompressionBomb(ConfigError):
    """Details: `ratio`."""

    code = "decompression_bomb"
    title = _("The compressed file swells more than %(ratio)s times when it is opened")
    advice = _("No real table does: check where it comes from. If it is honest, send it uncompressed.")


class TooLarge(ConfigError):
    """Details: `limit`, written for people."""

    code = "file_too_large"
    title = _("The file holds more than %(limit)s")
    advice = _("Split it, or ask an operator to allow more (COLLECT_MAX_FILE_BYTES).")


class NestedArchive(ConfigError):
    """An archive in an archive: what it would grow to cannot be told."""

    code = "nested_archive"
    title = _("The file is compressed twice, or holds another archive")
    advice = _("Compress it once.")


class EncryptedFile(ConfigError):
    code = "encrypted_file"
    title = _("The file is protected by a password")
    advice = _("Save it without one.")


class TooManyEntries(ConfigError):
    """Details: `limit`."""

    code = "too_many_entries"
    title = _("The zip holds more than %(limit)s files")
    advice = _("Send what is to be read in several zips, or out of them.")


class NoSuchMember(ConfigError):
    code = "no_such_member"
    title = _("The zip holds none of the files that are asked for")
    advice = _("Check which files of the zip the settings name.")


class SeveralMembers(ConfigError):
    """Details: `found`."""

    code = "several_members"
    title = _("The zip holds %(found)s files, and nothing says which to read")
    advice = _("Say which in the settings: a name, or “*.csv” for all those that end so.")


class DamagedFile(ConfigError):
    """Details: `format`, and `at`: a line and a column of a text, a byte of the others, – if it cannot be told."""

    code = "damaged_file"
    title = _("The file is not %(format)s as it should be, or is damaged (at: %(at)s)")
    advice = _("Get it again; if it is still damaged, ask those who made it.")


class TruncatedFile(ConfigError):
    """Details: `format`."""

    code = "truncated_file"
    title = _("The file (%(format)s) stops before its end")
    advice = _("It was probably not sent whole: get it again.")


class RecordTooLong(ConfigError):
    """Details: `limit`, written for people."""

    code = "record_too_long"
    title = _("A record of the file takes more than %(limit)s")
    advice = _("Check the path of the records: it may lead to something larger than one of them.")


class NoRecordsThere(ConfigError):
    """Details: `path`, as the settings say it."""

    code = "no_records_there"
    title = _("The file has no records at “%(path)s”")
    advice = _("Check the path of the records in the settings; left empty, it is looked for.")


class NoSuchSheet(ConfigError):
    """Details: `sheet`, as the settings say it."""

    code = "no_such_sheet"
    title = _("The workbook has no sheet “%(sheet)s”")
    advice = _("Check its name, or give its position.")


class TooManyCells(ConfigError):
    """Details: `limit`."""

    code = "too_many_cells"
    title = _("The sheet spreads over more than %(limit)s cells")
    advice = _("A cell far from the others counts as all those in between: remove it, or export the sheet as CSV.")


class EntitiesRefused(ConfigError):
    """An XML that defines entities: a few lines of it may stand for gigabytes, or for files of this server."""

    code = "xml_entities_refused"
    title = _("The XML defines entities, which are not read for safety")
    advice = _("Export it without a document type definition.")


class TooManyFiles(ConfigError):
    """Details: `limit`."""

    code = "too_many_files"
    title = _("There are more than %(limit)s files to read")
    advice = _("Say more precisely which: a longer prefix, a narrower pattern, one source for each year.")


class NoFileThere(ConfigError):
    """Details: `name`, of the folder or the bucket, and `files`, the pattern."""

    code = "no_file_there"
    title = _("“%(name)s” holds no file that matches “%(files)s”")
    advice = _("Check which files the settings name: two stars stand for any folders, one for any name.")


class FolderNotOpen(Blocked):
    """The folder is not beneath one that the operator lists, or a link in it leads out."""

    code = "folder_not_open"
    title = _("This folder of the server is not open to collection")
    advice = _("Ask an operator to open it (COLLECT_FOLDERS).")


class FolderNotThere(ConfigError):
    code = "folder_not_there"
    title = _("This folder cannot be read")
    advice = _("Check its path, and that Écluse has the right to read it.")


class FileChanged(ContractBroken):
    """Details: `name`."""

    code = "file_changed"
    title = _("“%(name)s” was changed, or went, after the run began")
    advice = _("Collect the source again: what it holds now will be read.")


class OtherColumns(ContractBroken):
    """Details: `name`, of the file, and `missing` and `added`: names of columns."""

    code = "file_columns_differ"
    title = _("“%(name)s” has not the columns of the other files (missing: %(missing)s; added: %(added)s)")
    advice = _("Correct the file, or collect it as a source of its own.")
