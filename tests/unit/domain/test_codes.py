import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import codes

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", ["91110000802100433B", "914403001922038216"])
def test_genuine_credit_codes_stand_the_check(code: str) -> None:
    assert codes.credit_code_fault(code) is None


def test_a_wrong_check_character_names_the_right_one() -> None:
    fault = codes.credit_code_fault("914403001922038217")

    assert fault is not None
    assert "should be 6" in fault.reason_en
    assert "应为6" in fault.reason_zh


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_every_single_mistyped_character_is_found(body: str, place: int, letter: str) -> None:
    code = body + codes.credit_code_check(body)
    assert codes.credit_code_fault(code) is None

    typed = code[:place] + letter + code[place + 1 :]

    assert (codes.credit_code_fault(typed) is None) == (typed == code)


@pytest.mark.parametrize("code", ["9144030019220382", "91440300192203821O", ""])
def test_codes_of_another_build_are_refused(code: str) -> None:
    assert codes.credit_code_fault(code) is not None


@given(st.text("0123456789", min_size=13, max_size=13))
def test_food_licences_with_their_check_digit_stand(body: str) -> None:
    digit = codes.food_licence_check(body)

    assert codes.food_licence_fault(f"SC{body}{digit}") is None
    assert codes.food_licence_fault(f"SC{body}{(int(digit) + 1) % 10}") is not None


@pytest.mark.parametrize(
    ("number", "stands"),
    [("XK08-001-04763", True), ("(冀)XK13-001-00018", True), ("（冀）XK13-001-00018", True),
     ("XK8-001-04763", False), ("XK08-001-0476", False)],
)  # fmt: skip
def test_industrial_licences_are_checked_by_their_build(number: str, *, stands: bool) -> None:
    assert (codes.industrial_licence_fault(number) is None) == stands


@pytest.mark.parametrize(
    ("code", "system", "stands"),
    [
        ("130121", codes.COUNTY, True),
        ("13012", codes.COUNTY, False),
        ("130121104", codes.TOWNSHIP, True),
        ("130121700", codes.TOWNSHIP, False),
        ("130121104207", codes.VILLAGE, True),
        ("130121104207003", codes.CELL, True),
        ("130121104207000", codes.CELL, False),
        ("1713", "chicago_beat", True),
    ],
)
def test_area_codes_are_checked_in_their_own_system_only(
    code: str, system: str, *, stands: bool
) -> None:
    assert (codes.area_code_fault(code, system) is None) == stands


def test_the_organisation_code_inside_a_credit_code_stands_its_own_check() -> None:
    assert codes.organisation_code_check("80210043") == "3"
