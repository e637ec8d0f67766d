"""Locating addresses: per CPU-second beside jionlp and cpca, and how damaged addresses fare.

    scripts/bench locate [every nth village, 5 by default]

The addresses are those of a real province's villages, written out from its gazetteer, which lies
beside the project. A peer that is not installed is left out; requirements-bench.lock has both.
"""

import resource
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module, util
from pathlib import Path

from gis_data.gazetteer import read_gazetteer
from service.domain.addresses.names import plain
from service.domain.gazetteer import Gazetteer
from service.geocoding.gazetteer import GazetteerGeocoder
from tests.damaged_addresses import DAMAGES, Damaged, Surroundings, Tally, damage, villages_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "hebei_gazetteer"
ONE_COUNTY = "130121"
ROUNDS = 3
# jionlp takes milliseconds for one: the rest of the rows would only take the time of the reader.
SLOW_ROWS = 400


def best_rate(make: Callable[[], Callable[[], object]], rows: int) -> float:
    """Return the most addresses per CPU-second of a few rounds; what ``make`` does is not timed."""
    spent = []
    for _ in range(ROUNDS):
        locate_all = make()
        start = time.process_time()
        locate_all()
        spent.append(time.process_time() - start)
    return rows / min(spent)


def our_rate(gazetteer: Gazetteer, rows: Sequence[Damaged]) -> float:
    """Return our rate, each round with a locator that has seen no address."""
    queries = [row.query for row in rows]

    def make() -> Callable[[], object]:
        geocoder = GazetteerGeocoder(gazetteer)
        return lambda: geocoder.locate_many(queries)

    return best_rate(make, len(rows))


def jionlp_figures(rows: Sequence[Damaged]) -> tuple[float, int, int]:
    """Return jionlp's rate, and how many of the rows have the right town and village."""
    parse = import_module("jionlp").parse_location
    texts = [row.query.address for row in rows]
    found = [parse(text, town_village=True) for text in texts]
    towns = sum(
        plain(f["town"] or "") == row.truth.town for f, row in zip(found, rows, strict=True)
    )
    villages = sum(
        (f["village"] or "").removesuffix("村委会").removesuffix("村") + "村" == row.truth.name
        for f, row in zip(found, rows, strict=True)
    )
    rate = best_rate(lambda: lambda: [parse(t, town_village=True) for t in texts], len(rows))
    return rate, towns, villages


def cpca_rate(rows: Sequence[Damaged]) -> float:
    """Return cpca's rate; it reads no further than the county."""
    transform = import_module("cpca").transform
    texts = [row.query.address for row in rows]
    return best_rate(lambda: lambda: transform(texts), len(rows))


def say(text: str) -> None:
    """Print a line for a person."""
    print(text, flush=True)  # noqa: T201 - a report for a person


def report_speed(gazetteer: Gazetteer, name: str, rows: Sequence[Damaged]) -> None:
    """Print the rates of everything installed on the same rows."""
    ours = our_rate(gazetteer, rows)
    say(f"{name}: {len(rows)} addresses")
    say(f"  wangge {ours:>9,.0f} per CPU-second, to the village")
    if util.find_spec("cpca") is not None:
        rate = cpca_rate(rows)
        say(f"  cpca   {rate:>9,.0f} per CPU-second, to the county; we: {ours / rate:.2f} times")
    if util.find_spec("jionlp") is not None:
        some = rows[:: max(1, len(rows) // SLOW_ROWS)]
        rate, towns, villages = jionlp_figures(some)
        t = located(gazetteer, some)
        say(f"  jionlp {rate:>9,.0f} per CPU-second; we: {ours / rate:.0f} times")
        say(f"  town right for {t.placed - t.wrong_town} of {len(some)}, jionlp {towns}")
        say(f"  village right for {t.given - t.wrong_village}, jionlp {villages}")


def located(gazetteer: Gazetteer, rows: Sequence[Damaged]) -> Tally:
    """Return how rows fare."""
    geocoder, tally = GazetteerGeocoder(gazetteer), Tally()
    for row in rows:
        tally.add(row, geocoder.locate(row.query))
    return tally


def report_damage(gazetteer: Gazetteer, sets: dict[str, list[Damaged]]) -> None:
    """Print a line for each kind of damage."""
    say(f"{'':<30}{'rows':>7}{'placed':>9}{'wrong':>7}{'village':>9}{'wrong':>7}")
    say(f"{'':<30}{'':>7}{'':>9}{'town':>7}{'given':>9}{'village':>7}")
    for kind, rows in sets.items():
        t = located(gazetteer, rows)
        say(
            f"{kind:<30}{t.rows:>7}{t.placed / t.rows:>9.2%}{t.wrong_town:>7}"
            f"{t.given / t.rows:>9.2%}{t.wrong_village:>7}"
        )


def main(arguments: Sequence[str]) -> None:
    """Print speeds, then rates."""
    every = int(arguments[0]) if arguments else 5
    # The peers were written for older libraries; what they warn of is not ours to mend.
    warnings.simplefilter("ignore")
    if not DATA.is_dir():
        sys.exit(f"the real gazetteer is not there: {DATA}")
    start = time.process_time()
    rows, datum = read_gazetteer(DATA / "gazetteer_2016.csv.gz")
    gazetteer = Gazetteer.from_rows(rows, datum=datum)
    for code in gazetteer.county_codes:
        gazetteer.county(code)
    say(f"{len(rows)} places read and indexed in {time.process_time() - start:.1f} CPU-seconds")
    say(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    villages = villages_of(rows)
    around = Surroundings(villages)
    county = [v for v in villages if v.code.startswith(ONE_COUNTY)]
    whole = [row for kind in DAMAGES for row in damage(kind, county, around)]
    report_speed(gazetteer, "one county, intact", damage("intact", county, around))
    report_speed(gazetteer, "one county, whole and damaged", whole)
    sample = villages[::every]
    report_speed(gazetteer, "a province, intact", damage("intact", sample, around))
    report_damage(gazetteer, {kind: damage(kind, sample, around) for kind in DAMAGES})


if __name__ == "__main__":
    main(sys.argv[1:])
