"""What stops a whole intake, as a code with facts, and the sentences of every code: of these and of refused rows.

A sentence says what is wrong and how to cure it. Command and page use the same ones.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from customers.refusals import Refused


class IntakeTrouble(Refused):
    """The intake cannot go on; nothing was entered. Facts may name `file`, `line`, `column` and `value`."""

    @property
    def sentence(self) -> str:
        """What is wrong, where and the cure, in the reader's language."""
        return trouble_sentence(self.code, self.facts)


class IntakeCancelled(IntakeTrouble):
    """Somebody asked to stop; everything was taken back."""

    def __init__(self) -> None:
        super().__init__("CANCELLED")


TROUBLE = {
    # The files.
    "NO_FILE": _("There is no file. Name at least one CSV file."),
    "NOT_FOUND": _("%(file)s does not exist. Check the name and the folder."),
    "DIRECTORY": _("%(file)s is a folder. Name the CSV files in it one by one."),
    "UNREADABLE": _("%(file)s cannot be read (%(why)s). Check its permissions."),
    "EMPTY": _("%(file)s is empty. Export it again."),
    "HEADER_ONLY": _("%(file)s has a header and no rows. Export it again with its data."),
    "TOO_BIG": _("%(file)s has %(size)s; the limit is %(limit)s. Split it and bring the parts in one after the other."),
    "UPLOAD_TOO_BIG": _(
        "The upload has %(size)s; the limit is %(limit)s. Use the command on the server for larger files."
    ),
    "TOO_MANY_FILES": _("%(count)s files were given; the limit is %(limit)s."),
    "PACKED": _("%(file)s is a %(kind)s file, not a text file. Save the sheet as CSV and bring that in."),
    "BINARY": _("%(file)s is not a text file: byte %(byte)s is 0. Export it as CSV in UTF-8."),
    "BAD_ENCODING_NAME": _(
        "The mapping names the encoding %(value)s, which does not exist. Use utf-8, utf-16 or cp1252."
    ),
    "NOT_UTF16": _("%(file)s says that it is UTF-16 and breaks off in the middle. Export it again, best as UTF-8."),
    "LINE_TOO_LONG": _(
        "%(file)s, line %(line)s: the line is longer than %(limit)s. "
        "It is not a CSV file, or its line ends are missing."
    ),
    "TOO_MANY_COLUMNS": _("%(file)s, line 1: %(count)s columns; the limit is %(limit)s. Export only what is needed."),
    "UNCLOSED_QUOTE": _(
        "%(file)s, line %(line)s: a quotation mark opens here and never closes. Close it, or double it if it is meant."
    ),
    "FIELD_TOO_LONG": _(
        "%(file)s, line %(line)s: a field that begins here is longer than %(limit)s characters. "
        "Most likely a quotation mark does not close."
    ),
    "CHANGED_MEANWHILE": _("%(file)s changed while it was read. Wait until it is complete and start again."),
    # The files against the mapping.
    "FILE_MISSING": _("The mapping needs a file named like %(pattern)s (“%(name)s”). Add it."),
    "FILE_NOT_MAPPED": _("The mapping does not know what to do with %(file)s. Leave it out, or add it as a [[file]]."),
    "COLUMN_MISSING": _(
        "%(file)s, line 1: there is no column “%(column)s”. It has: %(columns)s. "
        "Correct the name in the mapping, or write optional = true."
    ),
    "COLUMN_MISSING_NEAR": _(
        "%(file)s, line 1: there is no column “%(column)s”; the nearest is “%(near)s”. "
        "Correct the name in the mapping, or write optional = true."
    ),
    "COLUMN_TWICE": _(
        "%(file)s, line 1: the column “%(column)s” is there twice. Rename one, or give its position in the mapping."
    ),
    "COLUMN_IN_TWO_FILES": _(
        'The column “%(column)s” is in %(files)s. Say which: {file = "...", column = "%(column)s"}.'
    ),
    "COLUMN_ELSEWHERE": _(
        "The column “%(column)s” belongs to the file “%(name)s”, which is not joined to “%(base)s”. "
        'Add joins = "%(base)s" to it.'
    ),
    "POSITION_MISSING": _("%(file)s, line 1: there is no column %(position)s; it has %(count)s."),
    "WRONG_DELIMITER": _(
        "%(file)s, line 1: cut at “%(delimiter)s” the header is one column. "
        "Correct the delimiter in the mapping, or leave it out."
    ),
    # The mapping.
    "MAPPING_NOT_TOML": _("%(file)s is not valid TOML: %(why)s."),
    "MAPPING_UNKNOWN_KEY": _("%(file)s%(at)s: “%(key)s” is not known in %(where)s. Known there: %(known)s."),
    "MAPPING_MISSING_KEY": _("%(file)s: %(where)s needs “%(key)s”."),
    "MAPPING_BAD_VALUE": _("%(file)s%(at)s: “%(key)s” in %(where)s must be %(wanted)s."),
    "MAPPING_BAD_PATTERN": _(
        "%(file)s%(at)s: the pattern “%(value)s” in %(where)s is not a regular expression: %(why)s."
    ),
    "MAPPING_EMPTY": _("%(file)s says neither what a customer is nor a subscription, a complaint or an interaction."),
    "MAPPING_NEEDS_CURRENCY": _('%(file)s has amounts and no currency. Add currency = "USD" (or yours) at the top.'),
    # The desk.
    "WRONG_CURRENCY": _(
        "The mapping says %(currency)s and the company's currency is %(company)s. Correct the mapping if the amounts "
        "are in %(company)s; other currencies cannot be brought in."
    ),
    "BUSY": _("Another intake is being brought in. Wait until it has finished and start again."),
    "STRICT": ngettext_lazy(
        "%(count)s row was refused, and strict was asked for, so nothing was entered.",
        "%(count)s rows were refused, and strict was asked for, so nothing was entered.",
        "count",
    ),
    "NOTHING_LEFT": _("Every row was refused, so nothing was entered. Most likely the mapping does not fit the file."),
    "CLASH": _(
        "Somebody added the same account, complaint or line at this moment, so nothing was entered. Start again."
    ),
    "LOCKED": _("Somebody is working on one of these customers, so nothing was entered. Start again in a minute."),
    "TOO_SLOW": _(
        "The database stopped the intake because it took too long; nothing was entered. "
        "Use the command, or split the file."
    ),
    "NO_DATABASE": _("The database did not answer, so nothing was entered. Start again when it does."),
    "DATABASE_REFUSED": _(
        "The database refused the values (%(why)s), so nothing was entered. Please report this with the mapping."
    ),
    "NO_SPACE": _("There is no space left on the disk, so nothing was entered."),
    "CANCELLED": _("The intake was stopped; nothing was entered."),
    "NO_WORKER": _(
        "The background worker cannot be reached, so the page cannot start the intake. On the server, run: %(command)s"
    ),
    "FAILED": _("The intake broke off because of a fault of ours; nothing was entered. The log has the details."),
    "GONE": _("The uploaded files are no longer there. Upload them again."),
}

REFUSAL = {
    "FIELDS_MISSING": _(
        "The row has %(found)s fields and the header %(wanted)s. Fill it up, or check for a missing delimiter."
    ),
    "FIELDS_EXTRA": _(
        "The row has %(found)s fields and the header %(wanted)s. Put a text with delimiters in quotation marks."
    ),
    "NUL_BYTE": _("The row contains a zero byte. Remove it."),
    "BAD_ENCODING": _("The row is not valid in the encoding of the file (%(encoding)s). Save the whole file as UTF-8."),
    "BAD_QUOTES": _("Text follows a closing quotation mark. Double the quotation marks inside of the text."),
    "BLANK": _("The value is missing. Fill it in, or give the mapping a default."),
    "TOO_LONG": _("The text is longer than %(limit)s characters. Shorten it, or write cut = true in the mapping."),
    "NOT_WHOLE": _("This is not a whole number from 0 to %(limit)s."),
    "NOT_NUMBER": _("This is not a number with the decimal sign “%(decimal)s”."),
    "NOT_AMOUNT": _(
        "This is not an amount in %(currency)s with the decimal sign “%(decimal)s”, at most 12 digits before it."
    ),
    "OTHER_CURRENCY": _("This is not %(currency)s. Amounts in other currencies cannot be brought in."),
    "NEGATIVE": _(
        'The amount is below zero. Correct it, or decide in the mapping: negative = "zero" or "keep_as_credit".'
    ),
    "NOT_DATE": _("This is not a date from 1900 to 2100 in the form %(forms)s."),
    "NOT_TIME": _("This is not a time in the form %(forms)s."),
    "NOT_YES_NO": _("This is neither yes (%(yes)s) nor no (%(no)s)."),
    "UNKNOWN_WORD": _("The mapping does not know this word. Known: %(known)s."),
    "NOT_PHONE": _("This is not a telephone number of %(country)s or one with a country code."),
    "NOT_EMAIL": _("This is not an e-mail address."),
    "NOT_REGION": _("This is not a code of a country, two letters."),
    "DUPLICATE_ID": _("The same id is on line %(first)s. The first one stands; remove or correct this one."),
    "DUPLICATE_KEY": _(
        "The same key is on line %(first)s of this file. The first one stands; remove or correct this one."
    ),
    "NOT_JOINED": _('No row of “%(base)s” has this key. Remove the row, or write unmatched = "ignore" for this file.'),
    "DUPLICATE_LINE": _(
        "Two products of this row have the same line “%(line)s”. Correct the conditions in the mapping."
    ),
    "BILL_LEFT_OVER": _(
        "No product of the mapping takes the whole bill of this row. Add one, or correct its condition."
    ),
    "UNKNOWN_ACCOUNT": _("There is no customer with this account number. Bring the customers in first."),
    "ENDS_BEFORE_START": _("It closes before it opens."),
    "PROMOTION_TOO_HIGH": _("Promotion and bundle discount are more than the list price."),
}


def trouble_sentence(code: str, facts: Mapping[str, object]) -> str:
    """The sentence of what stopped an intake."""
    return str(TROUBLE.get(code, TROUBLE["FAILED"]) % {**_DEFAULTS, **facts})


def refusal_sentence(code: str, facts: Mapping[str, object]) -> str:
    """The sentence of why a row was refused."""
    return str(REFUSAL[code] % {**_DEFAULTS, **facts})


_DEFAULTS = {"at": "", "count": 0}
