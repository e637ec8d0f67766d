"""Counties: which one is meant, what day it is there, and which campaign runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.tables import CampaignRow, CountyRow
from service.domain.errors import InvalidInputError, NotFoundError
from service.domain.weeks import Week, weeks_between

# Without a campaign, what happened within a year counts.
_LOOK_BACK: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A county; geometry in WGS 84, `metric_epsg` the zone in which its metres are computed."""

    code: str
    name: str
    name_en: str
    is_fictional: bool
    reference_date: date | None
    metric_epsg: int
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A dated drive; both its days belong to it."""

    code: str
    name: str
    starts_on: date
    ends_on: date
    phases: tuple[Mapping[str, str], ...]


def codes(session: Session) -> list[str]:
    """Return the codes of all counties loaded, in order."""
    return list(session.scalars(select(CountyRow.code).order_by(CountyRow.code)))


def chosen(session: Session, county_code: str | None) -> County:
    """Return the county asked for, or the only one when none is named.

    Raises:
        NotFoundError: No county is loaded, or not this one.
        InvalidInputError: Several are loaded and none is named.
    """
    if county_code is not None:
        return get(session, county_code)
    loaded = codes(session)
    if not loaded:
        raise NotFoundError("no county is loaded; run `wangge demo` or `wangge import townships`")
    if len(loaded) > 1:
        raise InvalidInputError(
            f"several counties are loaded ({', '.join(loaded[:5])}…); name one by WANGGE_COUNTY"
        )
    return get(session, loaded[0])


def get(session: Session, county_code: str) -> County:
    """Return a county.

    Raises:
        NotFoundError: It is not loaded.
    """
    row = session.get(CountyRow, county_code)
    if row is None:
        raise NotFoundError(f"county {county_code} is not loaded; loaded: {codes(session) or '-'}")
    return County(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        is_fictional=row.is_fictional,
        reference_date=row.reference_date,
        metric_epsg=row.metric_epsg,
        geometry=to_shape(row.geometry),
    )


def campaign_on(session: Session, county_code: str, on: date) -> Campaign | None:
    """Return the campaign that runs on a day, the latest to start if several; None if none."""
    running = (
        select(CampaignRow)
        .where(
            CampaignRow.county_code == county_code,
            CampaignRow.starts_on <= on,
            CampaignRow.ends_on >= on,
        )
        .order_by(CampaignRow.starts_on.desc(), CampaignRow.code)
    )
    row = session.scalars(running).first()
    if row is None:
        return None
    return Campaign(
        code=row.code,
        name=row.name,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        phases=tuple(row.phases),
    )


def period_from(session: Session, county_code: str, on: date) -> date:
    """Return the first day of the period that a day is judged by.

    It is the first day of the campaign that runs, or, without one, the same day a year before.
    """
    campaign = campaign_on(session, county_code, on)
    return campaign.starts_on if campaign else on - _LOOK_BACK


def weeks_on(session: Session, county_code: str, on: date) -> list[Week]:
    """Return the weeks of the period that a day is judged by: a campaign's to its end."""
    campaign = campaign_on(session, county_code, on)
    last = campaign.ends_on if campaign else on
    return weeks_between(period_from(session, county_code, on), last)
