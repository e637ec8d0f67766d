"""Coordinates of an unsure datum: weighed against what their own rows' texts name."""

from sqlalchemy.orm import Session

from service.database import datums, places
from service.database.datums import GivenPoint
from service.domain.datum_evidence import DatumEvidence, Verdict, infer_datum, witness
from service.domain.places import Datum
from service.geocoding.online import OnlineGeocoder
from service.geocoding.port import AddressQuery, Geocoder

# More rows than this do not make the evidence surer: thirty are enough to tell.
_MOST_ROWS = 2_000
_SAME = {Datum.CGCS2000: Datum.WGS84}


def propose_datums(session: Session, county_code: str, geocoder: Geocoder) -> int:
    """Weigh every undecided file's coordinates against its texts; the caller commits.

    A file that states no datum always gets a proposal, be it that too little is known. One that
    states its datum is believed, and gets a proposal only where its own places speak for another.

    Returns:
        How many proposals wait for a person.
    """
    names = places.township_names(session, county_code)
    if isinstance(geocoder, OnlineGeocoder):
        geocoder = geocoder.offline
    for file, points in datums.undecided(session, county_code).items():
        rows = datums.points_of(session, county_code, file, at_most=_MOST_ROWS)
        evidence = _evidence(rows, county_code, names, geocoder)
        if file.stated and not _contradicts(evidence, Datum(file.stated)):
            datums.forget_open(session, county_code, file)
        else:
            datums.save_evidence(session, county_code, file, evidence, points=points)
    found = datums.proposals(session, county_code)
    return int((found["status"] == "open").sum())


def _evidence(
    rows: list[GivenPoint], county_code: str, names: dict[str, str], geocoder: Geocoder
) -> DatumEvidence:
    queries = [
        AddressQuery(
            address=row.address,
            county_code=county_code,
            township_hint=names.get(row.township_code, ""),
        )
        for row in rows
    ]
    placements = geocoder.locate_many(queries)
    return infer_datum(
        witness(row.lon, row.lat, placement)
        for row, placement in zip(rows, placements, strict=True)
    )


def _contradicts(evidence: DatumEvidence, stated: Datum) -> bool:
    if evidence.verdict is not Verdict.PROPOSED or evidence.proposed is None:
        return False
    return _SAME.get(evidence.proposed, evidence.proposed) is not _SAME.get(stated, stated)
