"""The whole fictional county in memory: every part drawn once, in the order of dependence."""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from gis_data.demo.addresses import write_addresses
from gis_data.demo.checks import Neglected, draw_checks
from gis_data.demo.clusters import PlantedCluster, plant_clusters
from gis_data.demo.coordinates import GivenCoordinates, give_coordinates
from gis_data.demo.doubles import Double, add_doubles
from gis_data.demo.duties import PlantedVillages, plant_villages, village_duties
from gis_data.demo.enterprises import build_enterprises
from gis_data.demo.events import Records, write_records
from gis_data.demo.facts import COUNTY_NAME, SEED, UNVISITED, stream
from gis_data.demo.incidents import PlantedTipOffs, draw_incidents
from gis_data.demo.licences import issue_licences
from gis_data.demo.officers import LEFT, Officers, build_officers
from gis_data.demo.quality import bad_enterprises, credit_classes
from gis_data.demo.roads import Road, build_roads
from gis_data.demo.settlements import Settlements, build_settlements
from gis_data.demo.terrain import Terrain, build_terrain

_NEVER, _LONG_AGO = 6, 6


@dataclass(frozen=True, slots=True)
class County:
    """All that was drawn, with what was planted; `enterprises` also has the columns of the file.

    `enterprises` (index: row): as `build_enterprises`, plus is_bad, credit_class, address,
    registered_township, hard_kind, given_lon, given_lat, given_datum, licence columns, main_state.
    """

    seed: int
    terrain: Terrain
    settlements: Settlements
    roads: list[Road]
    officers: Officers
    duties: pd.DataFrame
    clusters: tuple[PlantedCluster, ...]
    villages: PlantedVillages
    enterprises: pd.DataFrame
    coordinates: GivenCoordinates
    neglected: Neglected
    tip_offs: PlantedTipOffs
    records: Records
    doubles: tuple[Double, ...]


@lru_cache(maxsize=2)
def build_county(seed: int = SEED) -> County:
    """Draw the county; the same seed gives the same county."""
    terrain = build_terrain(seed)
    settlements = build_settlements(seed, terrain)
    officers = build_officers(seed, settlements)
    clusters = plant_clusters(terrain, settlements)
    busy = frozenset().union(*(cluster.village_codes for cluster in clusters))
    planted = plant_villages(settlements, busy)
    duties = village_duties(settlements, officers, planted)
    enterprises = build_enterprises(seed, terrain, settlements, clusters, hideout=planted.lapsed[0])
    bad = bad_enterprises(seed, enterprises)
    enterprises["is_bad"] = bad
    enterprises["credit_class"] = credit_classes(seed, enterprises, bad)
    neglected = _plant_neglected(seed, enterprises)
    enterprises, coordinates = _as_registered(seed, enterprises, settlements, neglected)
    tip_offs = _plant_tip_offs(enterprises, settlements)
    happened = pd.concat(
        [
            draw_checks(seed, enterprises, bad, neglected),
            draw_incidents(seed, enterprises, bad, settlements, tip_offs),
        ],
        ignore_index=True,
    )
    left = officers.staff_no(LEFT)
    stand_ins = {left: officers.staff_no((LEFT[0], 0))}
    records = write_records(
        seed, enterprises, happened, _leads(settlements, officers, duties), stand_ins
    )
    enterprises, doubles = add_doubles(enterprises, records.table)
    return County(
        seed=seed,
        terrain=terrain,
        settlements=settlements,
        roads=build_roads(settlements),
        officers=officers,
        duties=duties,
        clusters=clusters,
        villages=planted,
        enterprises=enterprises,
        coordinates=coordinates,
        neglected=neglected,
        tip_offs=tip_offs,
        records=records,
        doubles=doubles,
    )


def _plant_neglected(seed: int, enterprises: pd.DataFrame) -> Neglected:
    """Choose good enterprises outside the clusters and raise their class, so that they are due."""
    rng = stream(seed, "neglected")
    free = enterprises[
        (enterprises["cluster"] < 0)
        & ~enterprises["is_bad"]
        & (enterprises["kind"] == "producer")
        & (enterprises["township"] != UNVISITED)
        & (enterprises["status"] == "在营")
    ]
    chosen = [int(row) for row in rng.choice(free.index, _NEVER + _LONG_AGO, replace=False)]
    enterprises.loc[chosen, "credit_class"] = 3
    return Neglected(frozenset(chosen[:_NEVER]), frozenset(chosen[_NEVER:]))


def _as_registered(
    seed: int, enterprises: pd.DataFrame, settlements: Settlements, neglected: Neglected
) -> tuple[pd.DataFrame, GivenCoordinates]:
    """Add what the register says: addresses, coordinates, licences, some of it wrong."""
    rows = enterprises.index.to_series()
    ordinary = (enterprises["cluster"] < 0) & ~rows.isin(neglected.never | neglected.long_ago)
    # Dens and the first three, which tours of the product show, keep addresses that can be placed.
    ordinary &= enterprises["kind"].ne("den") & (rows > 2)  # noqa: PLR2004, rows 0 to 2
    batch = enterprises["township"].eq("柳河镇")
    written = write_addresses(seed, enterprises, ordinary & ~batch)
    plain = written["hard_kind"].eq("")
    placed_well = enterprises["kind"].ne("den") & plain & (enterprises["cluster"] < 0)
    given = give_coordinates(seed, enterprises, settlements, placed_well & ordinary)
    # Where the point is wrong, the address must say where the enterprise really stands.
    moved = list(given.moved)
    written.loc[moved, "address"] = COUNTY_NAME + enterprises["township"] + enterprises["village"]
    parts = [enterprises, written, given.table, issue_licences(seed, enterprises)]
    return pd.concat(parts, axis=1), given


def _plant_tip_offs(enterprises: pd.DataFrame, settlements: Settlements) -> PlantedTipOffs:
    """Choose two enterprises of the unvisited township, and a village with no enterprise."""
    there = enterprises[(enterprises["township"] == UNVISITED) & (enterprises["hard_kind"] == "")]
    one_a_village = there.drop_duplicates("village_code").index[-2:]
    known = set(enterprises["village_code"])
    empty = [code for code in settlements.villages["code"] if code not in known]
    spare = settlements.villages["code"].iloc[-1]
    village = empty[0] if empty else str(spare)
    return PlantedTipOffs(tuple(int(row) for row in one_a_village), village)


def _leads(settlements: Settlements, officers: Officers, duties: pd.DataFrame) -> dict[str, str]:
    """Return who goes to each village: its lead, else the township's first officer."""
    codes = settlements.villages[["code", "township_code"]].to_numpy()
    fallback = {str(code): officers.enforcement[str(township)][0] for code, township in codes}
    lead = duties[(duties["duty"] == "lead") & duties["to"].isna()]
    return fallback | dict(zip(lead["village_code"], lead["staff_no"], strict=True))
