"""Who answers for which village, with the gaps that were planted (G1, G3, G4, G5)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from gis_data.demo.facts import BY_NAME, CAMPAIGN_START, HANDOVER_ON
from gis_data.demo.officers import LEFT, OVERLOADED, Officers
from gis_data.demo.settlements import Settlements

RULE = "属地管理、相邻成片(虚构)"
APPROVED_BY = "县专项行动领导小组办公室(虚构)"
DUTY_COLUMNS = ("duty", "matter", "staff_no", "from", "to", "rule", "approved_by")
_LAPSED_CELLS = 4


@dataclass(frozen=True, slots=True)
class PlantedVillages:
    """Village codes whose cells carry a planted gap; every kind in villages of its own."""

    hole: str  # G1: its cell is left out of the plan
    overlap: str  # G2: its cell reaches into its neighbour
    never_led: tuple[str, ...]  # G3: no lead was ever named
    lapsed: tuple[str, ...]  # G3: the lead left on `OFFICER_LEFT_ON`
    coordinator_only: str  # G3 (and G4): nobody but a coordinator
    no_second: tuple[str, ...]  # G4
    handed_over: tuple[str, ...]  # no gap: the lead changed on `HANDOVER_ON`

    @property
    def without_lead(self) -> frozenset[str]:
        """Villages where nobody leads on the as-of day."""
        return frozenset({*self.never_led, *self.lapsed, self.coordinator_only})


def plant_villages(settlements: Settlements, busy: frozenset[str]) -> PlantedVillages:
    """Choose the villages of the planted gaps.

    Args:
        settlements: All villages.
        busy: Village codes that are part of another plant and must stay as they are.
    """
    villages = settlements.villages

    def ordinary(township: str) -> list[str]:
        mine = villages[(villages["township"] == township) & ~villages["is_seat"]]
        return [code for code in mine.sort_values("code")["code"] if code not in busy]

    left_township = ordinary(LEFT[0])
    xiliu, cangshan, beiyuan = ordinary("西柳乡"), ordinary("苍山镇"), ordinary("北原乡")
    return PlantedVillages(
        hole=ordinary("桃沟镇")[6],
        overlap=ordinary("秀水镇")[9],
        never_led=(xiliu[4], xiliu[5]),
        lapsed=tuple(left_township[-_LAPSED_CELLS:]),
        coordinator_only=cangshan[3],
        no_second=(beiyuan[2], beiyuan[7], ordinary("松林乡")[5]),
        handed_over=tuple(ordinary("柳河镇")[:3]),
    )


def village_duties(
    settlements: Settlements, officers: Officers, planted: PlantedVillages
) -> pd.DataFrame:
    """Return one row per village, duty and holder: village_code and `DUTY_COLUMNS`.

    Leads of a township hold two neighbouring halves of it, west and east of its middle; each is
    the other's second. `to` is empty while the duty lasts.
    """
    rows: list[dict[str, Any]] = []
    for township_code, mine in settlements.villages.groupby("township_code"):
        code = str(township_code)
        leads, seconds = _pairs(code, mine, officers, planted)
        for village, lead, second in zip(mine["code"], leads, seconds, strict=True):
            holders = {
                "lead": lead,
                "second": second,
                "coordinator": officers.coordinators[code],
                "township_leader": officers.leaders[code],
            }
            rows.extend(_village_rows(village, holders, planted))
    return pd.DataFrame(rows, columns=["village_code", *DUTY_COLUMNS])


def _pairs(
    code: str, mine: pd.DataFrame, officers: Officers, planted: PlantedVillages
) -> tuple[list[str], list[str]]:
    first, other = officers.enforcement[code]
    east = (mine["x"] > mine["x"].median()).to_numpy()
    leads = np.where(east, other, first)
    seconds = np.where(east, first, other)
    if code == BY_NAME[OVERLOADED[0]].code:
        leads, seconds = np.full(len(mine), first), np.full(len(mine), other)
    if code == BY_NAME[LEFT[0]].code:
        # The one who leaves leads a few cells and is nobody's second; a neighbour helps out.
        lapsed = mine["code"].isin(planted.lapsed).to_numpy()
        helper = officers.enforcement[BY_NAME["秀水镇"].code][0]
        leads = np.where(lapsed, other, first)
        seconds = np.where(lapsed, first, helper)
    return leads.tolist(), seconds.tolist()


def _village_rows(
    village: str, holders: dict[str, str], planted: PlantedVillages
) -> list[dict[str, Any]]:
    missing: set[str] = set()
    if village in planted.never_led:
        missing = {"lead"}
    elif village == planted.coordinator_only:
        missing = {"lead", "second", "township_leader"}
    elif village in planted.no_second:
        missing = {"second"}
    kept = {duty: holder for duty, holder in holders.items() if duty not in missing}
    if village not in planted.handed_over:
        return [_row(village, duty, who, CAMPAIGN_START, None) for duty, who in kept.items()]
    lead, second = kept.pop("lead"), kept.pop("second")
    return [
        _row(village, "lead", second, CAMPAIGN_START, HANDOVER_ON),
        _row(village, "lead", lead, HANDOVER_ON, None),
        _row(village, "second", lead, CAMPAIGN_START, HANDOVER_ON),
        _row(village, "second", second, HANDOVER_ON, None),
        *(_row(village, duty, who, CAMPAIGN_START, None) for duty, who in kept.items()),
    ]


def _row(village: str, duty: str, staff_no: str, first: date, end: date | None) -> dict[str, Any]:
    return {
        "village_code": village,
        "duty": duty,
        "matter": "all",
        "staff_no": staff_no,
        "from": first,
        "to": end,
        "rule": RULE,
        "approved_by": APPROVED_BY,
    }
