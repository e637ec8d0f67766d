"""Codes with right check characters: credit codes (GB 32100), food and industrial licences."""

from gis_data.demo.facts import COUNTY_CODE

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: without I O Z S V
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(category: str, number: int) -> str:
    """Return an 18-character unified social credit code of the fictional county.

    Args:
        category: 91 enterprise, 92 individual household, 93 farmers' cooperative.
        number: The organisation's serial number, at most eight digits.
    """
    body = f"{category}{COUNTY_CODE}{_organisation_code(number)}"
    total = sum(
        _ALPHABET.index(sign) * weight for sign, weight in zip(body, _CREDIT_WEIGHTS, strict=True)
    )
    return body + _ALPHABET[(31 - total % 31) % 31]


def food_licence(sequence: int) -> str:
    """Return an SC number for liquor (category 115) with its ISO 7064 MOD 11,10 check digit."""
    digits = f"115{COUNTY_CODE}{sequence:04d}"
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return f"SC{digits}{(11 - product) % 10}"


def industrial_licence(product: str, sequence: int) -> str:
    """Return a provincial licence number: cement XK08-001, compound fertiliser XK13-001."""
    return f"(冀){'XK08-001' if product == 'cement' else 'XK13-001'}-{sequence:05d}"


def _organisation_code(number: int) -> str:
    body = f"{number:08d}"
    total = sum(int(d) * w for d, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    check = 11 - total % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))
