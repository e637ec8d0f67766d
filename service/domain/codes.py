"""Check the codes that carry a check digit or a fixed build; codes of other systems are free.

Sources: GB 32100-2015 (unified social credit code), GB 11714-1997 (organisation code inside it),
ISO/IEC 7064 MOD 11,10 (food licence), GB/T 2260 and GB/T 10114 (areas), the fifteen-digit unit
grid of the social-governance standards.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

USCC: Final = "uscc"
COUNTY: Final = "gbt2260"
TOWNSHIP: Final = "gbt10114"
VILLAGE: Final = "stat12"
CELL: Final = "unit15"

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, Z, S, V
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_USCC_LENGTH = 18

_FOOD_LICENCE = re.compile(r"^SC\d{14}$")
_OLD_FOOD_LICENCE = re.compile(r"^QS\d{12}$")
_INDUSTRIAL_LICENCE = re.compile(r"^(?:[(（][\u4e00-\u9fa5][)）])?XK\d{2}-\d{3}-\d{5}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFault:
    """What is wrong with a code, in both languages, and how to put it right."""

    reason_zh: str
    reason_en: str
    fix_zh: str
    fix_en: str


def credit_code_check(body: str) -> str:
    """Return the check character of the first 17 characters (GB 32100-2015).

    C18 = 31 − Σ value·3^(i−1) mod 31, taken modulo 31 and written in the code's alphabet.
    """
    total = sum(_VALUE[letter] * weight for letter, weight in zip(body, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def organisation_code_check(body: str) -> str:
    """Return the check character of the first 8 characters of an organisation code (GB 11714)."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(
        digits.index(letter) * weight
        for letter, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def food_licence_check(body: str) -> str:
    """Return the check digit of the 13 digits of a food licence (ISO/IEC 7064 MOD 11,10)."""
    product = 10
    for digit in body:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def credit_code_fault(code: str) -> CodeFault | None:
    """Return what is wrong with a unified social credit code; None when it stands the check."""
    if len(code) != _USCC_LENGTH:
        return _fault(
            f"统一社会信用代码应为18位，这里是{len(code)}位",
            f"a unified social credit code has 18 characters, this has {len(code)}",
        )
    strange = [letter for letter in code if letter not in _VALUE]
    if strange:
        return _fault(
            f"统一社会信用代码不含字符'{strange[0]}'",
            f"a unified social credit code never holds '{strange[0]}'",
        )
    expected = credit_code_check(code[:17])
    if code[17] != expected:
        return _fault(
            f"校验位应为{expected}，这里是{code[17]}",
            f"the check character should be {expected}, it is {code[17]}",
        )
    return None


def has_credit_code_shape(code: str) -> bool:
    """Whether a text could be meant as a credit code, right or wrong."""
    return len(code) in {17, 18, 19} and code.isascii() and code.isalnum()


def food_licence_fault(number: str) -> CodeFault | None:
    """Return what is wrong with a food production licence (SC, until 2018 QS)."""
    if _OLD_FOOD_LICENCE.match(number):
        return None
    if not _FOOD_LICENCE.match(number):
        return _fault(
            "食品生产许可证号应为SC加14位数字",
            "a food production licence is SC and 14 digits",
        )
    expected = food_licence_check(number[2:15])
    if number[15] != expected:
        return _fault(
            f"许可证号校验位应为{expected}，这里是{number[15]}",
            f"the licence's check digit should be {expected}, it is {number[15]}",
        )
    return None


def industrial_licence_fault(number: str) -> CodeFault | None:
    """Return what is wrong with an industrial production licence (XK, national or provincial)."""
    if _INDUSTRIAL_LICENCE.match(number):
        return None
    return _fault(
        "工业产品生产许可证号应为XK00-000-00000，省级前加(省简称)",
        "an industrial licence is XK00-000-00000, a provincial one with (province) before it",
    )


def area_code_fault(code: str, system: str) -> CodeFault | None:
    """Return what is wrong with a code of an area system; codes of other systems are free."""
    check = _AREA_CHECKS.get(system)
    return None if check is None else check(code)


def county_of(code: str, system: str) -> str | None:
    """Return the six-digit county of an area code; None for systems that do not hold it."""
    return code[:6] if system in _AREA_CHECKS and len(code) >= 6 else None  # noqa: PLR2004


def guess_area_system(codes: list[str]) -> str | None:
    """Return the system that all codes fit by length and digits; None when none does."""
    lengths = {len(code) for code in codes}
    if len(lengths) != 1 or not all(code.isascii() and code.isdigit() for code in codes):
        return None
    return {6: COUNTY, 9: TOWNSHIP, 12: VILLAGE, 15: CELL}.get(lengths.pop())


def _fault(reason_zh: str, reason_en: str) -> CodeFault:
    return CodeFault(
        reason_zh=reason_zh,
        reason_en=reason_en,
        fix_zh="按证照原件核对",
        fix_en="compare it with the certificate",
    )


def _area_fault(reason_zh: str, reason_en: str) -> CodeFault:
    return CodeFault(
        reason_zh=reason_zh,
        reason_en=reason_en,
        fix_zh="改正编码，或用 --code-system 指明编码体系",
        fix_en="correct the code, or name its system with --code-system",
    )


def _digits_fault(code: str, digits: int, label_zh: str, label_en: str) -> CodeFault | None:
    if len(code) == digits and code.isascii() and code.isdigit() and code[:2] != "00":
        return None
    return _area_fault(
        f"{label_zh}应为{digits}位数字，这里是'{code}'",
        f"a {label_en} has {digits} digits, this is '{code}'",
    )


def _county_fault(code: str) -> CodeFault | None:
    return _digits_fault(code, 6, "县级代码", "county code")


def _township_fault(code: str) -> CodeFault | None:
    fault = _digits_fault(code, 9, "乡镇代码", "township code")
    if fault is None and not "001" <= code[6:9] <= "599":
        fault = _area_fault(
            f"乡镇码段应在001–599，这里是{code[6:9]}",
            f"digits 7 to 9 lie between 001 and 599, these are {code[6:9]}",
        )
    return fault


def _village_fault(code: str) -> CodeFault | None:
    return _digits_fault(code, 12, "村级代码", "village code")


def _cell_fault(code: str) -> CodeFault | None:
    fault = _digits_fault(code, 15, "网格编码", "cell code")
    if fault is None and code[12:] == "000":
        fault = _area_fault("网格顺序号从001起", "the last three digits count from 001")
    return fault


_AREA_CHECKS: dict[str, Callable[[str], CodeFault | None]] = {
    COUNTY: _county_fault,
    TOWNSHIP: _township_fault,
    VILLAGE: _village_fault,
    CELL: _cell_fault,
}
