"""Which geocoder a county's register is located with: its own gazetteer, or its given points."""

import pandas as pd
from sqlalchemy.orm import Session

from service.database import counties, places
from service.database.loading import gazetteers
from service.domain.gazetteer import Gazetteer
from service.geocoding.aliased import AliasedGeocoder
from service.geocoding.gazetteer import GazetteerGeocoder
from service.geocoding.given import GivenPointGeocoder
from service.geocoding.port import Geocoder
from service.workflows.learn_aliases import accepted_aliases


def geocoder_of(session: Session, county_code: str) -> Geocoder:
    """Return the offline geocoder of a county: its gazetteer, or else the given points alone."""
    county = counties.get(session, county_code)
    rows = places.gazetteer(session, county_code)
    if len(rows) == 0 or not (rows["level"] == "township").any():
        return GivenPointGeocoder(county.geometry)
    own = pd.DataFrame([{"code": county_code, "name": county.name, "level": "county"}])
    areas = rows[rows["level"].isin(["township", "village"])]
    areas = areas.drop(columns=["datum", "radius_m", "township_code"])
    marks = places.landmarks(session, county_code)
    codes = places.township_codes_of_places(session, county_code)
    in_gazetteer = {township: code for code, township in codes.items()}
    marks["parent"] = marks["township_code"].map(in_gazetteer)
    gazetteer = Gazetteer.from_rows(
        pd.concat(
            [
                own,
                areas,
                pd.DataFrame(marks.drop(columns="township_code")),
                gazetteers.former(session, county_code),
            ]
        )
    )
    plain = GazetteerGeocoder(gazetteer, county_code=county_code, boundary=county.geometry)
    aliases = accepted_aliases(session, county_code)
    return AliasedGeocoder(plain, aliases) if aliases else plain
