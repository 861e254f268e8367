"""Response times as CSV (RFC 4180): one line for each group, and one for all."""

import csv
import io
from collections.abc import Iterator

from panic_server.wire.figures import ResponseGroup, ResponseMeasure, ResponseTimes

_MEASURES = ("claim", "dispatch", "on_scene")
_FIGURES = ResponseMeasure.__struct_fields__
_HEADER = ("from", "to", "group", "key", "name", "incidents")


def csv_of(report: ResponseTimes) -> bytes:
    """The line of all has `total` as its group and comes last."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*_HEADER, *(f"{measure}_{figure}" for measure in _MEASURES for figure in _FIGURES)])
    for line in report.groups:
        writer.writerow(_row(report, report.group or "", line))
    writer.writerow(_row(report, "total", report.total))
    return out.getvalue().encode()


def _row(report: ResponseTimes, group: str, line: ResponseGroup) -> Iterator[object]:
    yield from (report.since.isoformat(), report.until.isoformat(), group)
    yield from (_harmless(line.key), _harmless(line.name), line.incidents)
    for measure in (getattr(line, name) for name in _MEASURES):
        yield from (_cell(getattr(measure, figure)) for figure in _FIGURES)


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return value


def _harmless(text: str) -> str:
    """A spreadsheet takes a text that begins like this for a formula, and would carry it out."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
