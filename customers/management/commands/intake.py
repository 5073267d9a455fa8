"""`python3 manage.py intake FILE... --mapping MAP.toml`: bring customers, products, complaints and interactions in."""

import datetime as dt
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from customers.intake import files, runs
from customers.intake.inspecting import Source
from customers.intake.mapping import read_mapping
from customers.intake.progress import ProgressLine
from customers.intake.run import Summary
from customers.intake.trouble import IntakeTrouble


class Command(BaseCommand):
    """Bring files in: everything that stands enters, what does not is told row by row."""

    help = "Bring customers, products, complaints and interactions in from CSV files, as a mapping says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the files, or a run that was uploaded on the page."""
        parser.add_argument(
            "files", nargs="*", metavar="FILE", help="CSV files; several are joined as the mapping says"
        )
        parser.add_argument("--mapping", metavar="MAP.toml", help="what the columns mean; see docs/intake.md")
        parser.add_argument("--strict", action="store_true", help="one refused row refuses the whole")
        parser.add_argument("--dry-run", action="store_true", help="do everything and take it back")
        parser.add_argument(
            "--refusals", metavar="OUT.csv", help="where refused rows are told (default: beside the first file)"
        )
        parser.add_argument("--run", type=int, metavar="NUMBER", help="bring in what was uploaded on the page")

    def handle(self, *args: Any, **options: Any) -> None:
        """Translate in, one call, translate out."""
        line = ProgressLine(self.stderr, is_terminal=sys.stderr.isatty(), clock=time.monotonic)
        try:
            if options["run"]:
                summary, refusals = runs.bring_in_run(
                    run_id=options["run"], now=dt.datetime.now(dt.UTC), on_progress=line.show
                )
                if summary is None:
                    raise CommandError(f"Run {options['run']} is being brought in already, or is done.")
            else:
                summary, refusals = self._bring_in(options, line)
        except IntakeTrouble as error:
            line.end()
            raise CommandError(error.sentence) from None
        except DatabaseError:
            line.end()
            raise CommandError(IntakeTrouble("NO_DATABASE").sentence) from None
        except KeyboardInterrupt:
            line.end()
            raise CommandError("Stopped; nothing was entered.", returncode=130) from None
        line.end()
        self._tell(summary, refusals)

    def _bring_in(self, options: dict[str, Any], line: ProgressLine) -> tuple[Summary, Path | None]:
        if not options["files"] or not options["mapping"]:
            raise CommandError("Name the files and the mapping: manage.py intake FILE... --mapping MAP.toml")
        mapping = read_mapping(
            text=files.read_mapping_file(Path(options["mapping"])), file_name=Path(options["mapping"]).name
        )
        sources = [Source(name=Path(name).name, path=Path(name)) for name in options["files"]]
        refusals = Path(options["refusals"]) if options["refusals"] else files.refusals_beside(sources[0].path)
        summary = runs.bring_in_files(
            sources=sources, mapping=mapping, strict=options["strict"], dry_run=options["dry_run"],
            refusals_path=refusals, now=dt.datetime.now(dt.UTC), on_progress=line.show,
        )  # fmt: skip
        return summary, refusals if summary.refused_rows else None

    def _tell(self, summary: Summary, refusals: Path | None) -> None:
        write = self.stdout.write
        if summary.dry_run:
            write("Dry run: everything was checked and written, and taken back again.")
        for name, counts in summary.counts.items():
            told = f"{counts.inserted:,} new, {counts.changed:,} changed, {counts.unchanged:,} unchanged"
            if counts.ended:
                told += f", {counts.ended:,} ended"
            write(f"{name:>14}: {told}")
        rate = summary.rows / summary.seconds if summary.seconds else summary.rows
        write(
            f"{'rows':>14}: {summary.rows:,} read in {summary.seconds:.1f} s ({rate:,.0f} a second), "
            f"{summary.refused_rows:,} refused"
        )
        for one in summary.first_refusals[:5]:
            where = f", column {one.column}" if one.column else ""
            write(f"  {one.file}, line {one.line}{where}: {one.value!r}. {one.sentence}")
        if refusals is not None:
            write(f"All refused rows are told in {refusals}")
        for file, titles in summary.unused.items():
            write(f"Not used of {file}: {', '.join(titles)}")
