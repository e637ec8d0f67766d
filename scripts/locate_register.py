"""The register in the database, located by the engine and, if asked, by an online service."""

from pathlib import Path

from scripts.running import running
from service.database.enterprises import to_review
from service.exports.spreadsheet import as_xlsx
from service.settings import Settings
from service.workflows.ask_online import with_provider
from service.workflows.locate_enterprises import LocatingReport, geocoder_of, locate_enterprises

_REVIEW = {
    "register_key": "登记标识",
    "name": "企业名称",
    "address": "地址",
    "township": "登记乡镇",
    "reason_zh": "未能定位的原因",
    "reason": "原因代码",
    "candidates": "可能的位置",
}


def locate_register(
    county: str | None, *, review: Path | None, online: bool, keep: bool
) -> LocatingReport:
    """Find a place for every enterprise.

    Args:
        county: Its code; None is the only one loaded.
        review: Write the XLSX of what could not be placed here.
        online: Also ask the service of the settings.
        keep: Commit what was found.
    """
    with running(county, None, commit=keep) as run:
        geocoder = geocoder_of(run.session, run.county.code)
        if online:
            geocoder = with_provider(geocoder, Settings(), boundary=run.county.geometry)
        report = locate_enterprises(run.session, run.county.code, geocoder)
        if review is not None:
            waiting = to_review(run.session, run.county.code)
            review.write_bytes(as_xlsx(waiting, _REVIEW, title="待核实"))
    return report
