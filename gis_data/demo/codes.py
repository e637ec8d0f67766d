"""Numbers with right check characters: credit codes, food and industrial licences."""

from gis_data.demo.facts import COUNTY_CODE
from service.domain.codes import credit_code_check, food_licence_check, organisation_code_check


def credit_code(category: str, number: int) -> str:
    """Return an 18-character unified social credit code of the fictional county.

    Args:
        category: 91 enterprise, 92 individual household, 93 farmers' cooperative.
        number: The organisation's serial number, at most eight digits.
    """
    serial = f"{number:08d}"
    body = f"{category}{COUNTY_CODE}{serial}{organisation_code_check(serial)}"
    return body + credit_code_check(body)


def food_licence(sequence: int) -> str:
    """Return an SC number for liquor (category 115)."""
    digits = f"115{COUNTY_CODE}{sequence:04d}"
    return f"SC{digits}{food_licence_check(digits)}"


def industrial_licence(product: str, sequence: int) -> str:
    """Return a provincial licence number: cement XK08-001, compound fertiliser XK13-001."""
    return f"(冀){'XK08-001' if product == 'cement' else 'XK13-001'}-{sequence:05d}"
