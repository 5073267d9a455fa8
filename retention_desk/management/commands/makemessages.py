"""``makemessages``: Django's, with this project's languages and places, and without guesses."""

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import makemessages
from django.utils.translation import to_locale


class Command(makemessages.Command):
    """Bring the catalogues up to date with the source. What is new stays empty until somebody translates it."""

    # A guess from a similar sentence is marked doubtful, and a doubtful sentence is not shown and fails the check.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def add_arguments(self, parser: CommandParser) -> None:
        """Add Django's arguments with what is meant here where nothing is said."""
        super().add_arguments(parser)
        parser.set_defaults(
            locale=[to_locale(code) for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE],
            # Names of files only: a sentence that moves within its file changes nothing.
            add_location="file",
            ignore_patterns=[".*", "docs", "static", "tests"],
        )
