"""Why a list is empty: a zero is a finding, and says what was looked at to find it."""

from dataclasses import dataclass
from typing import Final

from service.api.views.figures import BATCHES, Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a set was looked for in, and what it means when nothing of it was found there."""

    among: str
    zh: str
    en: str


_NEVER_DONE: Final = Looked(
    among="", zh="应办的还没有一户办完。", en="Of those to be dealt with none is done yet."
)
_LOOKED: Final = {
    "failed": Looked(among="samples", zh="全部合格。", en="All passed."),
    "problems": Looked(among="visits", zh="都没有发现问题。", en="None found a problem."),
    "unplaced": Looked(among="visits", zh="都落在网格里。", en="All are to enterprises in a cell."),
    "unlicensed": Looked(
        among="producers",
        zh="都有应有的证照，且在有效期内。",
        en="All hold what they need, in date.",
    ),
    "blind": Looked(
        among="work", zh="都查过 3 次以上。", en="All have been visited three times or more."
    ),
    "unled": Looked(among="cells", zh="每一格都有责任人。", en="Each of them has a lead."),
    "led": Looked(among="cells", zh="没有一格有责任人。", en="None of them has a lead."),
    **{
        f"{batch}_done": Looked(among=str(batch), zh=_NEVER_DONE.zh, en=_NEVER_DONE.en)
        for batch in BATCHES
    },
    **{
        str(batch): Looked(
            among="register", zh="没有一户属于这一批。", en="None belongs to this batch."
        )
        for batch in BATCHES
    },
}
_NOUNS: Final = {
    "samples": ("次抽检", "sample tests"),
    "visits": ("次检查与抽检", "visits and sample tests"),
    "producers": ("家在产生产企业", "working producers"),
    "work": ("个有企业的网格", "cells with enterprises"),
    "cells": ("个网格", "cells"),
    "register": ("户登记企业", "enterprises"),
    "areas": ("处", "places"),
    **{
        str(batch): (f"户（{zh}）", f"enterprises ({en.lower()})")
        for batch, (zh, en) in BATCHES.items()
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptiness:
    """Why nothing is listed: how many were looked at (`among` lists them), and what they show."""

    among: str
    n: int
    zh: str
    en: str


def why_empty(figures: Figures, name: str, *, is_class: bool) -> Emptiness:
    """Return why a set of leadership's figures has no row in a view."""
    if is_class:
        return Emptiness(
            among="areas",
            n=figures.count("areas"),
            zh="没有一处属于这一级。",
            en="None is of this class.",
        )
    looked = _LOOKED.get(name)
    if looked is None:
        return Emptiness(
            among="", n=0, zh="这一期间、这一范围内没有记录。", en="None in this period and place."
        )
    return Emptiness(among=looked.among, n=figures.count(looked.among), zh=looked.zh, en=looked.en)


def noun_of(name: str) -> tuple[str, str]:
    """Return what the members of a set are called after their number."""
    return _NOUNS.get(name, ("项", "records"))
