"""A verdict on an alias, and the rows that it moves: located again at once."""

from sqlalchemy.orm import Session

from service.database import review_places
from service.domain.aliases import AliasKind
from service.workflows.geocoders import geocoder_of
from service.workflows.learn_aliases import judge_alias
from service.workflows.locate_enterprises import locate_enterprises
from service.workflows.review_locations import Settled
from service.workflows.undo_decision import undo


def judge_and_follow(
    session: Session,
    county_code: str,
    alias: tuple[AliasKind, str, str],
    verdict: str,
    *,
    by: str,
) -> Settled:
    """Keep a verdict and locate what it may move; errors as of `judge_alias`; caller commits."""
    decision_id = judge_alias(session, county_code, alias, verdict, by=by)
    return Settled(decision_id=decision_id, enterprise_ids=_follow(session, county_code))


def undo_and_follow(session: Session, county_code: str, decision_id: int, *, by: str) -> Settled:
    """Take any decision back; after an alias', locate what had moved by it; caller commits."""
    done = undo(session, county_code, decision_id, by=by)
    if done.enterprise_ids:
        return done
    return Settled(decision_id=done.decision_id, enterprise_ids=_follow(session, county_code))


def _follow(session: Session, county_code: str) -> list[int]:
    """Locate again what waits or stands by an alias; returns the rows whose place changed."""
    session.flush()
    before = review_places.movable_by_aliases(session, county_code)
    if not before:
        return []
    geocoder = geocoder_of(session, county_code)
    locate_enterprises(session, county_code, geocoder, only=before.keys())
    now = review_places.standings(session, county_code)
    return [number for number, standing in now.items() if before.get(number, standing) != standing]
