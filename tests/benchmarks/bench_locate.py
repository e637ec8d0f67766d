"""Locating addresses: speed beside jionlp and cpca, real and damaged addresses, datums, PostGIS.

    scripts/bench locate [every nth village, 1 by default]

The addresses are those of a real province's villages, written out from its gazetteer, and real ones
with a known place; both lie beside the project. A peer that is not installed is left out;
requirements-bench.lock has both. Seconds are CPU-seconds unless it says otherwise.
"""

import argparse
import csv
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np

from gis_data.gazetteer import read_gazetteer
from service.domain.addresses.names import plain, village_name
from service.domain.datum import distance_m, from_wgs84, to_wgs84
from service.domain.gazetteer import Gazetteer
from service.domain.places import Datum
from service.domain.queries import AddressQuery
from service.geocoding.gazetteer import GazetteerGeocoder
from tests.benchmarks.locate_database import report_database
from tests.damaged_addresses import (
    DAMAGES,
    Damaged,
    Surroundings,
    Tally,
    Village,
    damage,
    every_loss,
    villages_of,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "hebei_gazetteer"
ONE_COUNTY = "130121"
ROUNDS = 3
# jionlp takes milliseconds for one: the rest of the rows would only take the time of the reader.
SLOW_ROWS = 400
POINTS = 1_000_000


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


def peer(name: str) -> ModuleType | None:
    """Return a peer's package; None, saying why, where it is not installed or does not load."""
    try:
        return import_module(name)
    except ImportError as error:
        say(f"  {name} is left out: {error}")
        return None


def say(text: str) -> None:
    """Print a line for a person."""
    print(text, flush=True)  # noqa: T201 - a report for a person


def report_speed(gazetteer: Gazetteer, name: str, rows: Sequence[Damaged]) -> None:
    """Print the rates of everything installed on the same rows."""
    ours = our_rate(gazetteer, rows)
    say(f"{name}: {len(rows)} addresses")
    say(f"  wangge {ours:>9,.0f} per CPU-second, to the village")
    if peer("cpca") is not None:
        rate = cpca_rate(rows)
        say(f"  cpca   {rate:>9,.0f} per CPU-second, to the county; we: {ours / rate:.2f} times")
    if peer("jionlp") is not None:
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


def report_every_loss(gazetteer: Gazetteer, villages: Sequence[Village]) -> None:
    """Print what a lost character and a lost town come to over every character of every village."""
    geocoder, wrong = GazetteerGeocoder(gazetteer), 0.0
    for row, weight in every_loss(villages):
        found = geocoder.locate(row.query)
        if found.status == "placed" and found.township_code != row.truth.town_code:
            wrong += weight
    share = wrong / len(villages)
    say(f"every character lost in turn, town deleted: {share:.3%} silently in a wrong town")


def report_real(gazetteer: Gazetteer) -> None:
    """Print how real addresses fare, ours and jionlp's on the same rows."""
    with (DATA / "addresses_with_truth.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    geocoder = GazetteerGeocoder(gazetteer)
    found = [geocoder.locate(AddressQuery(address=row["address"])) for row in rows]
    say(f"real addresses with a known place: {len(rows)}")
    placed = sum(one.status == "placed" for one in found)
    towns = sum(one.township == row["town"] for one, row in zip(found, rows, strict=True))
    named = [(one, row) for one, row in zip(found, rows, strict=True) if row["village"]]
    villages = sum(one.village == row["village"] for one, row in named)
    silent = sum(
        one.status == "placed" and one.township != row["town"]
        for one, row in zip(found, rows, strict=True)
    )
    say(f"  wangge: {placed / len(rows):.2%} placed, town right {towns}, silently wrong {silent},")
    say(f"  village right {villages} of {len(named)}")
    if peer("jionlp") is not None:
        _report_jionlp(rows[:: max(1, len(rows) // SLOW_ROWS)], geocoder)


def _report_jionlp(rows: Sequence[dict[str, str]], geocoder: GazetteerGeocoder) -> None:
    parse = import_module("jionlp").parse_location
    ours = [geocoder.locate(AddressQuery(address=row["address"])) for row in rows]
    theirs = [parse(row["address"], town_village=True) for row in rows]
    pairs = list(zip(ours, theirs, rows, strict=True))
    town = [
        sum(one.township == row["town"] for one, _, row in pairs),
        sum(plain(their["town"] or "") == row["town"] for _, their, row in pairs),
    ]
    village = [
        sum(bool(row["village"]) and one.village == row["village"] for one, _, row in pairs),
        sum(_same_village(their["village"] or "", row["village"]) for _, their, row in pairs),
    ]
    say(f"  of {len(rows)} rows, ours and jionlp's: town right {town}, village right {village}")


def _same_village(one: str, other: str) -> bool:
    """Whether two official names of villages differ in how the committee is called at most."""
    return bool(one and other) and village_name(one).stem == village_name(other).stem


def report_datums() -> None:
    """Print how fast coordinates are converted back, and how exactly."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(75, 134, POINTS), rng.uniform(18, 53, POINTS)
    for datum in (Datum.GCJ02, Datum.BD09):
        there = from_wgs84(lon, lat, datum)
        start = time.process_time()
        back = to_wgs84(*there, datum)
        spent = time.process_time() - start
        worst = float(distance_m(lon, lat, *back).max())
        say(f"{datum} to WGS 84: {POINTS / spent:,.0f} points per second, off by {worst:.1e} m")


def report_memory() -> None:
    """Print what one county takes in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_locate", "--one-county"],
        check=True,
        capture_output=True,
        text=True,
    )
    say(f"one county in a process of its own: {done.stdout.strip()} MB")


def one_county() -> None:
    """Locate one county's villages, and print the memory it took in megabytes."""
    rows, datum = read_gazetteer(DATA / "gazetteer_2016.csv.gz")
    upper = rows["level"].isin(["province", "city", "county"])
    rows = rows[upper | rows["code"].str.startswith(ONE_COUNTY)]
    geocoder = GazetteerGeocoder(Gazetteer.from_rows(rows, datum=datum))
    villages = villages_of(rows)
    for row in damage("homophone, town kept", villages, Surroundings(villages)):
        geocoder.locate(row.query)
    say(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")


def main(arguments: Sequence[str]) -> None:
    """Print speeds, then rates."""
    options = argparse.ArgumentParser(prog="scripts/bench locate")
    options.add_argument("every", nargs="?", type=int, default=1)
    options.add_argument("--database-url", default="")
    options.add_argument("--one-county", action="store_true", help=argparse.SUPPRESS)
    told = options.parse_args(arguments)
    # The peers were written for older libraries; what they warn of is not ours to mend.
    warnings.simplefilter("ignore")
    if not DATA.is_dir():
        sys.exit(f"the real gazetteer is not there: {DATA}")
    if told.one_county:
        one_county()
        return
    report(told.every)
    if told.database_url:
        report_database(told.database_url, DATA)


def report(every: int) -> None:
    """Print everything that needs no database."""
    start = time.process_time()
    rows, datum = read_gazetteer(DATA / "gazetteer_2016.csv.gz")
    gazetteer = Gazetteer.from_rows(rows, datum=datum)
    for code in gazetteer.county_codes:
        gazetteer.county(code)
    say(f"{len(rows)} places read and indexed in {time.process_time() - start:.1f} CPU-seconds")
    report_memory()
    villages = villages_of(rows)
    around = Surroundings(villages)
    county = [v for v in villages if v.code.startswith(ONE_COUNTY)]
    whole = [row for kind in DAMAGES for row in damage(kind, county, around)]
    report_speed(gazetteer, "one county, intact", damage("intact", county, around))
    report_speed(gazetteer, "one county, whole and damaged", whole)
    sample = villages[::every]
    report_speed(gazetteer, "a province, intact", damage("intact", sample, around))
    report_damage(gazetteer, {kind: damage(kind, sample, around) for kind in DAMAGES})
    report_every_loss(gazetteer, sample)
    report_real(gazetteer)
    report_datums()


if __name__ == "__main__":
    main(sys.argv[1:])
