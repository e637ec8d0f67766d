"""Proposals: near, within the township, balanced, repeatable."""

from service.domain.assignment import Candidate, OpenCell, propose_leads


def cell(code: str, x: float, *, township: str = "T", load: float = 1) -> OpenCell:
    return OpenCell(code=code, x=x, y=0, township_code=township, load=load)


def officer(number: int, x: float, *, township: str | None = "T", room: float = 10) -> Candidate:
    return Candidate(officer_id=number, x=x, y=0, township_code=township, load=0, capacity=room)


def test_each_cell_goes_to_the_nearest_officer_with_room() -> None:
    proposals, left = propose_leads(
        [cell("a", 0), cell("b", 9000)], [officer(1, 100), officer(2, 9100)], seed=1
    )

    assert [(one.cell_code, one.officer_id) for one in proposals] == [("a", 1), ("b", 2)]
    assert proposals[0].distance_m == 140
    assert left == []


def test_work_above_capacity_goes_to_the_next_officer() -> None:
    cells = [cell(f"c{at}", 0, load=5) for at in range(4)]

    proposals, _ = propose_leads(cells, [officer(1, 0), officer(2, 3000)], seed=1)

    assert sorted(one.officer_id for one in proposals) == [1, 1, 2, 2]


def test_an_officer_of_another_township_is_not_proposed() -> None:
    proposals, left = propose_leads(
        [cell("a", 0, township="U")], [officer(1, 0, township="T")], seed=1
    )
    assert (proposals, left) == ([], ["a"])


def test_an_officer_of_no_township_serves_any() -> None:
    proposals, _ = propose_leads(
        [cell("a", 0, township="U")], [officer(9, 0, township=None)], seed=1
    )
    assert proposals[0].officer_id == 9
