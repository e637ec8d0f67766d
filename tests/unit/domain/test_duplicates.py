"""Pairs of register rows: what makes two rows one enterprise, and what does not."""

from dataclasses import replace

import pytest

from service.domain.duplicates import Enterprise, find_pairs, plain_name, registered_elsewhere

ONE = Enterprise(
    number=1,
    register_key="a",
    code="",
    name="清泉酒坊",
    kind="producer",
    product="baijiu",
    principal="",
    place="",
    village="v",
    lon=None,
    lat=None,
)


def other(**changes: object) -> Enterprise:
    return replace(ONE, number=2, register_key="b", **changes)  # type: ignore[arg-type]


def keys(one: Enterprise, two: Enterprise) -> set[str]:
    return {reason.key for pair in find_pairs([one, two]) for reason in pair.reasons}


def test_one_code_twice_is_the_likeliest_of_all() -> None:
    coded = replace(ONE, code="91130121MA0ABCDE0X", village="w")
    misread = other(code="9113O121MA0ABCDE0X", name="别的名字")
    named = replace(other(village="v"), number=3, register_key="c")

    pairs = find_pairs([coded, misread, replace(ONE, number=4, register_key="d"), named])

    assert [(pair.one.number, pair.other.number) for pair in pairs] == [(1, 2), (3, 4)]
    assert "易混" in pairs[0].reasons[0].zh


def test_one_name_in_one_village_is_a_pair_whatever_the_legal_form() -> None:
    assert keys(ONE, other(name="清泉酒坊有限公司")) == {"same_name_and_place"}
    assert keys(ONE, other(village="w")) == set()


def test_two_neighbours_of_one_trade_are_no_pair() -> None:
    at_door = replace(ONE, lon=114.1, lat=38.1, name="甲店")

    assert keys(at_door, other(lon=114.1002, lat=38.1, name="乙杂货")) == set()
    assert keys(at_door, other(lon=114.1002, lat=38.1, name="丙", principal="")) == set()


def test_one_door_one_product_and_one_principal_are_a_pair() -> None:
    at_door = replace(ONE, lon=114.0999, lat=38.1, name="甲店", principal="王芳")
    there = other(lon=114.1001, lat=38.1, name="乙杂货", principal="王芳")

    assert keys(at_door, there) == {"same_place_and_product", "same_principal"}
    assert keys(at_door, replace(there, lon=114.102)) == set()
    assert keys(at_door, replace(there, product="cement")) == set()


def test_two_good_codes_make_a_pair_less_likely() -> None:
    twice = find_pairs([ONE, other()])[0].likelihood
    coded = find_pairs([replace(ONE, code="91130121MA0ABCDE0X"), other(code="91130121MA0ABCDE1X")])[
        0
    ].likelihood

    assert coded < twice


def test_a_hall_with_many_rows_is_not_compared_pair_by_pair() -> None:
    hall = [
        replace(ONE, number=n, register_key=str(n), name=f"摊位{n}", place="hall", principal="王芳")
        for n in range(200)
    ]

    assert find_pairs(hall) == []


def test_pairs_called_different_are_not_listed() -> None:
    assert find_pairs([ONE, other()], distinct=frozenset({("a", "b")})) == []


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [ONE, other(), other(name="清泉酒厂", principal="王芳")]
    rows[2] = replace(rows[2], number=3, register_key="c")

    assert find_pairs(rows) == find_pairs(rows[::-1])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("91130121MA0ABCDE0X", ""),
        ("91130122MA0ABCDE0X", "130122"),
        ("91130100MA0ABCDE0X", ""),  # issued by the city
        ("no code", ""),
    ],
)
def test_the_county_of_a_code_is_said_only_where_it_is_another(code: str, said: str) -> None:
    assert registered_elsewhere(code, "130121") == said


def test_a_name_keeps_something_when_it_is_only_a_form() -> None:
    assert plain_name("门市部") == "门市部"
    assert plain_name("清泉（北沟）酒业有限公司") == "清泉北沟酒业"
