"""Files of the kinds people send, made small."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from service.domain.codes import credit_code_check

HEADER = ["企业名称", "统一社会信用代码", "类别", "产品", "地址", "乡镇", "经度", "纬度"]


def credit_code(number: int) -> str:
    """Return a code that stands the check."""
    body = f"91130199{number:08d}X"
    return body + credit_code_check(body)


def register_rows(count: int) -> list[list[str]]:
    return [
        [f"第{n}酒厂", credit_code(n), "生产", "白酒", f"镇{n}号", "", f"114.{n:03d}", "38.1"]
        for n in range(1, count + 1)
    ]


def csv_bytes(rows: list[list[str]], header: list[str] | None = None) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header or HEADER, *rows])
    return text.getvalue().encode()


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def square(west: float, south: float, side: float = 0.1) -> list[list[float]]:
    """Return a ring in degrees."""
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(code: str, geometry: dict[str, Any] | None, **more: str) -> dict[str, Any]:
    properties = {"code": code, "name": f"T{code}", **more}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(ring: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring]}


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})
