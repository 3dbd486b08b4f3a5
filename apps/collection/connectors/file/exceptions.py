"""What may go wrong with a file, in words for whoever gave it."""

from django.utils.translation import gettext_lazy as _

from apps.collection.exceptions import ConfigError


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
    title = _("The file “%(name)s” is not a table in text (it looks like: %(format)s)")
    advice = _("Export it as CSV, alone or compressed with gzip.")


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
