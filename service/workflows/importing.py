"""What every import shares: one transaction, one record of the file, one report."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
from sqlalchemy.orm import Session

from gis_data import refusals
from gis_data.bounded import digest, read_bytes
from gis_data.refusals import FileRefusedError
from gis_data.rows import FieldRows, Reading
from service.database.loading import batches
from service.database.tables import ImportBatchRow
from service.domain.area_checks import Finding

logger = logging.getLogger(__name__)

# So many findings are spelt out in the one line that refuses a file.
_SPELT_OUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a file.

    Attributes:
        kind: townships, villages, cells, officers, responsibilities, enterprises, events or
            gazetteer.
        county_code: Where it went.
        already: When the same file was imported in the same way before; nothing was done then.
        rows_read: Lines or features that held data.
        rows_kept: Those that are in the database now.
        refused: One row per fault; columns as in the data dictionary.
        warned: Doubtful values that were kept; same columns.
        source: The file's own rows, by line, to return the refused ones in.
        notes: What is worth knowing, a line each.
        changes: What a repair changed, a line each.
        unused: Columns that were not read.
        batch_id: Record of the import.
    """

    kind: str
    county_code: str
    already: datetime | None = None
    rows_read: int = 0
    rows_kept: int = 0
    refused: pd.DataFrame = field(default_factory=refusals.none)
    warned: pd.DataFrame = field(default_factory=refusals.none)
    source: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: Sequence[str] = ()
    changes: Sequence[str] = ()
    unused: Sequence[str] = ()
    batch_id: UUID | None = None

    @property
    def rows_refused(self) -> int:
        """Return how many lines were refused, however many faults each has."""
        return int(self.refused["line"].nunique())


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A file on its way into a county.

    Attributes:
        kind: Of the import.
        county_code: Where it goes.
        path: The file.
        mapping: Everything that changes what the file comes to, as JSON.
        id: Number of the batch, for the rows to point to.
    """

    kind: str
    county_code: str
    path: Path
    mapping: Mapping[str, Any]
    id: UUID = field(default_factory=uuid4)


def begin(
    session: Session,
    kind: str,
    county_code: str,
    path: Path,
    reading: Reading,
    **options: object,
) -> tuple[Intake, ImportReport | None]:
    """Begin an import, or answer at once when the same file is there already.

    Args:
        session: Its transaction is the import's.
        kind: Of the import.
        county_code: Where the file goes.
        path: The file.
        reading: How it is read.
        options: Other things that change what the file comes to.

    Raises:
        InvalidInputError: The file cannot be read at all.
    """
    read_bytes(path, reading.limits)
    mapping = {**reading.as_json(), **_as_json(options)}
    batches.lock(session, county_code)
    intake = Intake(kind=kind, county_code=county_code, path=path, mapping=mapping)
    before = batches.earlier(session, county_code, kind=kind, sha256=digest(path), mapping=mapping)
    if before is None:
        return intake, None
    return intake, ImportReport(kind=kind, county_code=county_code, already=before)


def finish(
    session: Session,
    intake: Intake,
    file: FieldRows,
    *,
    kept: int,
    refused: pd.DataFrame,
    **report: Any,  # noqa: ANN401 - the other fields of ImportReport
) -> ImportReport:
    """Record the import of a table and report it.

    Raises:
        FileRefusedError: No row at all was kept.
    """
    done = ImportReport(
        kind=intake.kind,
        county_code=intake.county_code,
        rows_read=file.rows_read,
        rows_kept=kept,
        refused=refused,
        source=file.source,
        unused=file.unused,
        batch_id=intake.id,
        **report,
    )
    if kept == 0:
        first = refused.iloc[0]
        raise FileRefusedError(
            f"{intake.path.name}: none of its {file.rows_read} rows can be used; line "
            f"{first['line']}, {first['field']}: {first['reason_en']}",
            refused,
            file.source,
        )
    return record(session, intake, done)


def record(session: Session, intake: Intake, report: ImportReport) -> ImportReport:
    """Keep the record of an import, in its own transaction."""
    batches.record(
        session,
        ImportBatchRow(
            county_code=intake.county_code,
            id=intake.id,
            kind=intake.kind,
            file_name=intake.path.name,
            sha256=digest(intake.path),
            rows_read=report.rows_read,
            rows_kept=report.rows_kept,
            rows_refused=report.rows_refused,
            mapping=dict(intake.mapping),
            created_at=datetime.now(tz=UTC),
        ),
    )
    logger.info(
        "imported %s: kept %d of %d, refused %d",
        report.kind,
        report.rows_kept,
        report.rows_read,
        report.rows_refused,
    )
    return report


def refuse_file(path: Path, findings: Sequence[Finding], source: pd.DataFrame) -> None:
    """Refuse a boundary file with everything found in it; nothing when nothing was.

    Raises:
        FileRefusedError: There are findings.
    """
    if not findings:
        return
    collected = refusals.Collector()
    for finding in findings:
        reason = refusals.Reason(
            finding.reason_zh, finding.reason_en, finding.fix_zh, finding.fix_en
        )
        collected.add(finding.line, "geometry", finding.label, reason)
    said = "; ".join(_one(finding) for finding in findings[:_SPELT_OUT])
    more = len(findings) - _SPELT_OUT
    tail = f"; and {more} more" if more > 0 else ""
    raise FileRefusedError(
        f"{path.name} refused: {said}{tail}: {findings[0].fix_en}", collected.frame(), source
    )


def _one(finding: Finding) -> str:
    if finding.label and finding.label not in finding.reason_en:
        return f"feature {finding.line} ({finding.label}): {finding.reason_en}"
    return finding.reason_en


def _as_json(options: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in options.items()
    }
