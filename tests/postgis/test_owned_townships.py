"""Leadership's list of townships where no township is an object."""

from sqlalchemy.orm import Session

from service.api.dependencies import Scope
from service.api.views.asked import Raw, resolve
from service.api.views.county_facts import choices_of
from service.api.views.owned_townships import owned_townships
from service.database import counties
from tests.factories import COUNTY, TODAY, make_analysis, make_county


def test_a_county_without_township_objects_has_an_empty_list(session: Session) -> None:
    make_county(session)
    make_analysis(session, "clusters")
    scope = Scope(session, counties.get(session, COUNTY), TODAY)
    asked = resolve(
        Raw(
            product=None,
            measure=None,
            unit=None,
            township=None,
            week=None,
            span=None,
            risk_class=None,
        ),
        choices_of(scope),
    )

    assert owned_townships(scope, asked) == []
