"""The online service that the settings name, put behind the offline geocoder."""

import shapely

from service.domain.errors import InvalidInputError
from service.geocoding.nominatim import Nominatim
from service.geocoding.online import OnlineGeocoder
from service.geocoding.port import Geocoder
from service.geocoding.provider import Answers, Line, Provider
from service.geocoding.tianditu import URL, Tianditu
from service.settings import Settings


def with_provider(
    inner: Geocoder, settings: Settings, *, boundary: shapely.Geometry
) -> OnlineGeocoder:
    """Return a geocoder that also asks the service of the settings.

    Raises:
        InvalidInputError: None is set, or something that it needs is missing.
    """
    return OnlineGeocoder(inner, provider_of(settings), boundary=boundary)


def provider_of(settings: Settings) -> Provider:
    """Return the service of the settings; it is not asked anything yet.

    Raises:
        InvalidInputError: None is set, or something that it needs is missing.
    """
    hosts = {host.strip() for host in settings.geocoder_hosts.split(",") if host.strip()}
    answers = Answers(settings.home / "geocoding" / f"{settings.geocoder}.sqlite")
    line = Line(hosts, settings.geocoder_per_second, answers)
    if settings.geocoder == "nominatim":
        if settings.geocoder_url is None:
            raise InvalidInputError("set WANGGE_GEOCODER_URL to the address of the Nominatim")
        return Nominatim(settings.geocoder_url, line)
    if settings.geocoder == "tianditu":
        if settings.tianditu_key is None:
            raise InvalidInputError("set WANGGE_TIANDITU_KEY to ask Tianditu")
        key = settings.tianditu_key.get_secret_value()
        return Tianditu(key, line, url=settings.geocoder_url or URL)
    raise InvalidInputError("no online service is set; WANGGE_GEOCODER takes nominatim or tianditu")
