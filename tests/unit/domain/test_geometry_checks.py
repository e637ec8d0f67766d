import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from service.domain.area_checks import checked
from service.domain.belonging import by_largest_overlap
from service.domain.coverage_checks import holes, overlaps
from service.domain.geometry_checks import shape_faults
from service.domain.outlines import compare_outlines, converted
from service.domain.places import Datum

WEST, EAST = box(114.0, 38.0, 114.1, 38.1), box(114.1, 38.0, 114.2, 38.1)
BOW_TIE = Polygon([(114, 38), (114.1, 38.1), (114.1, 38), (114, 38.1)])


def _areas(*shapes: shapely.Geometry | None, codes: str = "ABCDEFGH") -> GeoDataFrame:
    letters = list(codes[: len(shapes)])
    return GeoDataFrame(
        {"code": letters, "name": letters}, geometry=list(shapes), crs=4326,
        index=range(1, len(shapes) + 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (None, "missing"),
        (Polygon(), "empty"),
        (Point(114, 38), "not_polygon"),
        (
            shapely.transform(WEST, lambda pairs: np.where(pairs == 114.0, np.nan, pairs)),
            "not_finite",
        ),
        (box(500_000, 4_200_000, 510_000, 4_210_000), "metres"),
        (box(38.0, 114.0, 38.1, 114.1), "swapped"),
        (box(41.8, -87.7, 41.9, -87.6), "swapped"),
        (box(114, 89, 115, 95), "out_of_range"),
        (box(-179, 10, 179, 11), "antimeridian"),
        (BOW_TIE, "invalid"),
    ],
)
def test_each_fault_is_told_apart(shape: shapely.Geometry | None, kind: str) -> None:
    (fault,) = shape_faults(_areas(WEST, shape, EAST))

    assert (fault.place, fault.kind) == (1, kind)
    assert fault.reason_zh
    assert fault.fix_en


def test_a_true_overlap_refuses_both_by_name_even_when_repair_is_asked() -> None:
    wide = box(114.05, 38.0, 114.2, 38.1)
    for repair in (False, True):
        result = checked(_areas(WEST, wide), repair=repair)
        assert "A and B overlap by 48." in result.findings[0].reason_en
        assert "A与B重叠48." in result.findings[0].reason_zh


def test_slivers_are_noted_and_closed_when_asked() -> None:
    close = box(114.09995, 38.0, 114.2, 38.1)  # about 4 m over the line

    noted = checked(_areas(WEST, close), repair=False)
    repaired = checked(_areas(WEST, close), repair=True)

    assert "1 overlaps are digitising slivers" in noted.notes[0][1]
    assert not noted.findings
    assert {change.code for change in repaired.changes} <= {"A", "B"}
    assert repaired.changes
    assert overlaps(repaired.areas.to_crs(4547)).empty


@settings(deadline=None, max_examples=30)  # how long it takes says nothing of it
@given(st.floats(1e-6, 8e-5), st.floats(1e-6, 8e-5))
def test_a_repair_leaves_neighbours_that_meet_exactly(over: float, gap: float) -> None:
    """Three areas in a row: the first pair overlaps by a sliver, the second leaves one open."""
    middle = box(114.1 - over, 38.0, 114.2, 38.1)
    last = box(114.2 + gap, 38.0, 114.3, 38.1)
    ends = box(114.0, 38.1, 114.3, 38.2), box(114.0, 37.9, 114.3, 38.0)

    areas = checked(_areas(WEST, middle, last, *ends), repair=True).areas.to_crs(4547)

    assert overlaps(areas).empty
    assert holes(areas).empty
    assert shapely.is_valid(areas.geometry.to_numpy()).all()


def test_bow_ties_and_swapped_axes_are_mended_when_asked() -> None:
    swapped = box(38.0, 114.1, 38.1, 114.2)

    result = checked(_areas(BOW_TIE, swapped), repair=True)

    assert not result.findings
    assert len(result.changes) == 2
    assert result.areas.total_bounds == pytest.approx([114.0, 38.0, 114.2, 38.1])


def test_features_of_one_code_become_one_area() -> None:
    result = checked(_areas(WEST, box(115, 38, 115.1, 38.1), EAST, codes="AAB"), repair=False)

    assert list(result.areas["code"]) == ["A", "B"]
    assert isinstance(result.areas.geometry.iloc[0], MultiPolygon)
    assert "2 features" in result.notes[0][1]


def test_ground_that_nobody_has_is_measured() -> None:
    ring = box(114, 38, 114.3, 38.3).difference(box(114.1, 38.1, 114.2, 38.2))

    result = checked(_areas(ring), repair=False)

    assert "1 holes between areas" in result.notes[0][1]


def test_a_small_area_belongs_where_most_of_it_lies() -> None:
    small = box(114.08, 38.01, 114.11, 38.02), box(116, 38, 116.1, 38.1)

    assert by_largest_overlap(_areas(*small), _areas(WEST, EAST)) == ["A", None]


def test_an_outline_in_another_datum_is_recognised() -> None:
    true = shapely.union(WEST, EAST)
    given_as = shapely.transform(true, lambda pairs: pairs + np.array([0.006, 0.001]))

    assert compare_outlines(true, true) is None
    said = compare_outlines(given_as, converted(given_as, Datum.GCJ02))
    assert said is not None
    assert "gcj02" in said
    other = compare_outlines(box(100, 30, 100.2, 30.1), true)
    assert other is not None
    assert "gcj02" not in other
