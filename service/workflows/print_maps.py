"""What stands in PostGIS → a sheet of paper for whoever asks over HTTP, within limits.

A command may take as long as it likes; a request shares its machine with every other reader. What
would take too long is refused before anything is read, with what to do instead.
"""

from typing import Final

from sqlalchemy.orm import Session

from maps.paper_sheet import Sheet
from service.database import ledger, plans
from service.domain.errors import InvalidInputError
from service.workflows.map_inputs import MapSubject
from service.workflows.publish_maps import print_map

# About ten seconds of drawing each; measured with `wangge map`.
MOST_CELLS: Final = 20_000
MOST_ENTERPRISES: Final = 100_000
# These put every enterprise of the register into the map, drawn or not.
_WITH_REGISTER: Final = frozenset({"lookup", "difference"})


def print_within_limits(
    session: Session, county_code: str, subject: MapSubject, *, form: str, sheet: Sheet
) -> bytes:
    """Return a map on paper as `print_map` does.

    Raises:
        InvalidInputError: The county is too large for it, or as of `print_map`.
        NotFoundError, UnavailableError: As of `print_map`.
    """
    instead = f"write it with `wangge map {subject.kind} --out {subject.kind}.{form}`"
    every = plans.of_county(session, county_code)
    cells = int(every["cells"].max()) if len(every) else 0
    if cells > MOST_CELLS:
        raise InvalidInputError(
            f"a sheet holds {MOST_CELLS:,} cells, the county has {cells:,}; {instead}"
        )
    if subject.kind in _WITH_REGISTER or sheet.show.get("points") == "on":
        size = ledger.size(session, county_code)
        if size > MOST_ENTERPRISES:
            raise InvalidInputError(
                f"a sheet holds {MOST_ENTERPRISES:,} enterprises, the register has {size:,}; "
                f"leave out the enterprises, or {instead}"
            )
    return print_map(session, county_code, subject, form=form, sheet=sheet)
