import json
import re
from datetime import date
from typing import Any

# ruff: noqa: ANN401 - frames, inputs and routes of any kind
import numpy as np
import pytest
from hypothesis import given as given_data
from hypothesis import strategies as st

from maps.cluster_texts import cluster_entries
from maps.enterprise_points import drawn_by_product
from maps.hotspot import build_hotspot_map
from maps.hotspot_themes import counts_by_product, hotspot_themes
from maps.model import Audience, WeekCounts
from maps.publish import to_html
from maps.week_counts import pack_by_week
from service.domain.errors import InvalidInputError
from tests.unit.maps.factories import (
    make_county,
    make_hotspot_input,
    make_meta,
    make_tested_statistics,
)


def _theme(measure: str, **changes: Any) -> Any:
    given = make_hotspot_input(**changes)
    themes = hotspot_themes(given, counts_by_product(given))
    return given, next(
        one for one in themes if one.switches == {"product": "baijiu", "measure": measure}
    )


def _labels_of(theme: Any) -> list[str]:
    return [theme.classes[number].label.zh for number in theme.assigned]


@pytest.mark.parametrize(
    ("enterprises", "visits", "problems", "label"),
    [
        (0, 0, 0, "无登记企业（不等于没有）"),
        (4, 0, 0, "盲区：检查不足 3 次"),
        (4, 2, 2, "盲区：检查不足 3 次"),
        (4, 3, 0, "0（查过，无问题）"),
        (4, 100, 4, "< 5"),
        (4, 100, 5, "5–10"),
        (4, 100, 10, "10–20"),
        (4, 100, 39, "20–40"),
        (4, 100, 40, "≥ 40"),
        (0, 3, 3, "≥ 40"),
    ],
)
def test_a_cell_gets_the_class_of_its_rate(
    enterprises: int, visits: int, problems: int, label: str
) -> None:
    statistics = make_county().statistics.copy()
    statistics.loc[0, ["enterprises", "visits", "problems"]] = (enterprises, visits, problems)
    _, theme = _theme("rate", statistics=statistics)
    assert _labels_of(theme)[0] == label


def test_a_blind_cell_has_a_hatch_and_no_rate() -> None:
    given, theme = _theme("rate")
    table = counts_by_product(given)["baijiu"]
    for number, visits, rate in zip(
        theme.assigned, table["visits"], theme.columns[0].values, strict=True
    ):
        if visits < given.minimum_visits:
            assert rate is None
            assert (
                theme.classes[number].hatch == "blind" or "无登记" in theme.classes[number].label.zh
            )


def test_all_products_are_the_sum_where_nobody_computed_them() -> None:
    given = make_hotspot_input()
    tables = counts_by_product(given)
    parts = sum(tables[key]["visits"].sum() for key in ("baijiu", "fertiliser", "cement"))
    assert tables["all"]["visits"].sum() == parts


def test_enterprises_known_to_an_area_are_counted_and_never_drawn() -> None:
    county = make_county()
    given = make_hotspot_input()
    counts = drawn_by_product(county.enterprises, county.geography, given.products)
    coarse = county.enterprises["level"].isin(["township", "county"])
    assert counts["all"].existing == len(county.enterprises)
    assert counts["all"].drawn == int((~coarse).sum())
    assert sum(row.n for row in counts["all"].area_only) == int(coarse.sum())


def test_a_cluster_that_falls_when_moved_is_doubtful() -> None:
    entries = cluster_entries(make_hotspot_input())["baijiu"]
    assert [entry.doubtful for entry in entries] == [False, False, True]
    assert entries[0].excess == "2.9×"
    assert "无牵头人" in entries[0].tags[0].zh


def test_the_public_map_names_nobody_and_draws_no_enterprise() -> None:
    meta = make_meta(audience=Audience.PUBLIC, is_fictional=False, review_number="冀S(2012)001")
    html = to_html(build_hotspot_map(make_hotspot_input(meta=meta)))
    assert "冀S(2012)001" in html
    for hidden in ("赵立", "虚构厂", "内部资料", "牵头"):
        assert hidden not in html


def test_a_public_map_without_review_number_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="审图号"):
        make_meta(audience=Audience.PUBLIC, is_fictional=False)


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (to_html(build_hotspot_map(make_hotspot_input())) for _ in range(2))
    assert first == second


def test_the_file_says_date_plan_inputs_seed_and_whose_it_is() -> None:
    html = to_html(build_hotspot_map(make_hotspot_input()))
    for text in (
        "2012-05-06",
        "2012-02",
        "999 次模拟",
        "20120506",
        "虚构示例",
        "内部资料",
        "不是定性",
    ):
        assert text in html
    assert re.search(r'<html lang="zh-CN">', html)
    assert "user-scalable" not in html


def test_nothing_at_all_still_makes_a_map() -> None:
    county = make_county()
    html = to_html(
        build_hotspot_map(
            make_hotspot_input(
                statistics=county.statistics.iloc[:0],
                clusters=None,
                enterprises=None,
                township_rates=None,
                meta=make_meta(as_of=date(2013, 1, 1)),
            )
        )
    )
    state = json.loads(re.findall(r'id="wg-state">(.*?)</script>', html)[0])
    assert state["by_product"]["baijiu"]["figures"][0]["value"] == "–"
    assert "没有不等于没问题" in html


def _with_life(**columns: Any) -> Any:
    clusters = make_county().clusters.copy()
    for name, value in columns.items():
        clusters[name] = [value] * len(clusters)
    return make_hotspot_input(clusters=clusters)


def test_a_line_says_how_a_cluster_moves_what_its_members_share_and_whom_to_visit() -> None:
    hint = {
        "attribute": "supplier", "value": "散酒批发部", "inside": 8, "inside_of": 12,
        "outside": 1, "outside_of": 400, "q": 0.003,
    }  # fmt: skip
    visits = [{"enterprise_id": n, "name": f"酒坊{n}", "officer": "赵立"} for n in range(5)]
    given = _with_life(trend="growing", weeks_seen=3, hints=[hint], next_visits=visits)

    entry = cluster_entries(given)["baijiu"][0]

    assert entry.tags[0].zh == "↑ 增长 · 第 3 周"
    assert entry.facts.hint is not None
    assert "8 户同一供货商 散酒批发部" in entry.facts.hint.zh
    assert [one["name"] for one in entry.facts.visits] == ["酒坊0", "酒坊1"]


def test_a_public_map_carries_neither_visits_nor_risk_classes() -> None:
    visits = [{"enterprise_id": 1, "name": "虚构酒坊", "officer": "赵立"}]
    given = _with_life(next_visits=visits)
    public = make_hotspot_input(
        meta=make_meta(audience=Audience.PUBLIC), clusters=given.clusters, counts=_counts(given)
    )

    html = to_html(build_hotspot_map(public))
    numbers = json.loads(re.findall(r'id="wg-data-weeks">(.*?)</script>', html)[0])

    assert "虚构酒坊" not in html
    assert {risk for _, _, _, risk, _, _ in _rows(numbers["visits"])} == {0}
    assert set(numbers["enterprises"][2::4]) == {0}


def _rows(packed: list[int]) -> list[tuple[int, ...]]:
    """Return cell, product, week, class, visits, problems, as `maps/js/weeks.js` unpacks them."""
    rows: list[tuple[int, ...]] = []
    numbers = iter(packed)
    for cell in numbers:
        product, risk, count = (next(numbers) for _ in range(3))
        week = 0
        for _ in range(count):
            week += next(numbers)
            rows.append((cell, product, week, risk, next(numbers), next(numbers)))
    return rows


@given_data(
    st.lists(
        st.tuples(*(st.integers(0, most) for most in (571, 2, 52, 4, 999, 99))),
        max_size=60,
        unique_by=lambda row: row[:4],
    )
)
def test_counts_by_week_are_packed_and_found_again(rows: list[tuple[int, ...]]) -> None:
    as_given = np.array(rows, dtype=np.int64).reshape(-1, 6)[:, [0, 1, 3, 2, 4, 5]]

    assert sorted(_rows(pack_by_week(as_given))) == sorted(rows)


def _counts(given: Any) -> WeekCounts:
    """Return the factory's statistics as if all of it were of the second of three weeks."""
    rows = given.statistics[given.statistics["product"] != "all"]
    numbers = rows[["cell_code", "product", "enterprises", "visits", "problems"]].assign(
        week=1, risk_class=4
    )
    weeks = [
        ("2012-W17", date(2012, 4, 23), date(2012, 4, 29)),
        ("2012-W18", date(2012, 4, 30), date(2012, 5, 6)),
        ("2012-W19", date(2012, 5, 7), date(2012, 5, 13)),
    ]
    return WeekCounts(
        weeks=weeks,
        visits=numbers[numbers["visits"] > 0],
        enterprises=numbers[numbers["enterprises"] > 0],
    )


def test_local_statistics_have_four_classes_and_say_how_they_weremake_tested_statistics() -> None:
    given, theme = _theme("local", statistics=make_tested_statistics())
    assert _labels_of(theme)[:6] == [
        "高高：本格与周边都高", "高低：本格高、周边低", "低高：本格低、周边高",
        "低低：本格与周边都低", "不显著", f"盲区：检查不足 {given.minimum_visits} 次",
    ]  # fmt: skip
    fills = [entry.fill for entry in theme.classes[:5]]
    assert len(set(fills)) == 5
    assert theme.classes[5].hatch == "blind"
    told = theme.unit.zh
    assert f"n={len(theme.assigned) - 1} 格" in told
    assert "条件置换 1,000,000 次，BH 校正，q≤0.05" in told
    p = next(one for one in theme.columns if one.label.zh == "p")
    assert p.values[0] == 0.00123
    assert p.values[5] is None


def test_without_a_test_there_is_no_such_layer() -> None:
    given = make_hotspot_input()
    themes = hotspot_themes(given, counts_by_product(given))
    assert "local" not in {one.switches["measure"] for one in themes}
    assert 'data-option="local"' not in to_html(build_hotspot_map(given))
    assert 'data-option="local"' in to_html(
        build_hotspot_map(make_hotspot_input(statistics=make_tested_statistics()))
    )


def test_a_product_of_which_no_cell_could_be_tested_says_so() -> None:
    statistics = make_tested_statistics().astype({"p": object, "gi_star": object})
    of_baijiu = statistics["product"] == "baijiu"
    statistics.loc[of_baijiu, ["p", "q", "gi_star", "local_moran"]] = None
    statistics.loc[of_baijiu, "local_class"] = "untested"
    _, theme = _theme("local", statistics=statistics.assign(draws=0))
    assert "n=0 格；格数太少" in theme.unit.zh
    assert {"未检验（无登记企业，或格数太少）"} == set(_labels_of(theme))


def test_a_public_map_shows_local_statistics_and_names_nobody() -> None:
    given = make_hotspot_input(
        statistics=make_tested_statistics(), meta=make_meta(audience=Audience.PUBLIC)
    )
    assert "局部统计" in to_html(build_hotspot_map(given))
