"""The page round a map: title, switches, figures, the line with date, plan, inputs and status."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from maps.encoding import JsonValue
from maps.figure import Shell, templates
from maps.model import Audience, MapMeta
from maps.sheet import SheetFacts, SheetRow
from maps.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One position of a switch."""

    key: str
    label: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A row of buttons of which one is pressed; the first one at the start."""

    key: str
    label: Words
    options: Sequence[Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number that a leader asks about; `tone` 'bad' prints it in the warning colour."""

    value: str
    label: Words
    tone: str = ""

    def as_json(self) -> JsonValue:
        """Return what `page.js` and the templates need."""
        return {"value": self.value, "label": self.label.as_json(), "tone": self.tone}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """What the strip and the foot say when a product is chosen."""

    figures: Sequence[Figure]
    drawn: Words

    def as_json(self) -> JsonValue:
        """Return what `page.js` needs."""
        return {
            "figures": [figure.as_json() for figure in self.figures],
            "drawn": self.drawn.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellParts:
    """What a builder knows about the page round its map.

    Attributes:
        kind: `hotspot`, `coverage` or `cell`; the style sheet's name for the page.
        title: Without the county's name, which is put before it.
        legend: More than the classes, as a template element that `page.js` copies.
        townships, areas: To choose one of; none shows no choice.
        facts: By position of the switch `product`; '' for a map without that switch.
        heading: Of the list on paper. rows: its lines.
    """

    kind: str
    title: Words
    panel: Markup
    facts: dict[str, ProductFacts]
    switches: Sequence[Switch] = ()
    has_points: bool = False
    heading: Words | None = None
    rows: Sequence[SheetRow] = ()
    townships: Sequence[Option] = ()
    areas: Sequence[Option] = ()
    legend: Markup = field(default_factory=Markup)


def dress(meta: MapMeta, parts: ShellParts) -> Shell:
    """Return the shell of a map."""
    title_zh = f"{meta.county_name_zh} {parts.title.zh}"
    title_en = f"{meta.county_name_en or meta.county_name_zh}: {parts.title.en}"
    if meta.narrowed_zh:
        title_zh, title_en = f"{title_zh} · {meta.narrowed_zh}", f"{title_en}, {meta.narrowed_en}"
    initial = {switch.key: switch.options[0].key for switch in parts.switches}
    initial.setdefault("product", "")
    first = parts.facts[initial["product"]]
    is_public = meta.audience is Audience.PUBLIC
    before = templates.get_template("header.html").render(
        meta=meta,
        is_public=is_public,
        title_zh=title_zh,
        title_en=title_en,
        switches=[_switch(switch) for switch in parts.switches],
        has_points=parts.has_points,
        townships=[{"key": one.key, "name": one.label.zh} for one in parts.townships],
        areas=[{"key": one.key, "name": one.label.zh} for one in parts.areas],
        figures=[figure.as_json() for figure in first.figures],
    )
    below = templates.get_template("foot.html").render(
        meta=meta,
        is_public=is_public,
        drawn=first.drawn.as_json(),
        before=_notes(meta),
        after=_sources(meta, shows_simulations=parts.kind == "hotspot"),
    )
    sheet = SheetFacts(
        title=Words(title_zh, title_en),
        marks=_marks(meta),
        notes=[*_notes(meta), *_sources(meta, shows_simulations=parts.kind == "hotspot")],
        heading=parts.heading,
        rows=parts.rows,
        options={one.key: [option.key for option in one.options] for one in parts.switches},
    )
    return Shell(
        kind=parts.kind,
        title_zh=f"{title_zh} {meta.as_of.isoformat()}",
        title_en=f"{title_en} {meta.as_of.isoformat()}",
        # Rendered by our own templates, which escape every text.
        before=Markup(before),  # noqa: S704
        below=Markup(below) + parts.legend,  # noqa: S704
        beside=parts.panel,
        sheet=sheet,
        state={
            "initial": initial,
            "by_product": {key: facts.as_json() for key, facts in parts.facts.items()},
        },
    )


def _marks(meta: MapMeta) -> list[Words]:
    """Return what nobody may overlook: fiction, secrecy, the review number."""
    marks = []
    if meta.is_fictional:
        marks.append(Words("虚构示例，非真实县", "Fictional county, not a real one"))
    if meta.audience is not Audience.PUBLIC:
        marks.append(Words("内部资料，不得外传", "Internal, not for release"))
        return marks
    marks.append(Words("公开版", "Public"))
    if meta.review_number:
        marks.append(Words(f"审图号：{meta.review_number}", f"Map review no. {meta.review_number}"))
    return marks


def _notes(meta: MapMeta) -> list[Words]:
    on = meta.as_of.isoformat()
    notes = [Words(f"截至 {on}", f"As of {on}")]
    if meta.period_from:
        since = meta.period_from.isoformat()
        notes.append(Words(f"检查自 {since}", f"Visits since {since}"))
    return [*notes, Words(f"方案 {meta.plan_code}", f"Plan {meta.plan_code}")]


def _sources(meta: MapMeta, *, shows_simulations: bool) -> list[Words]:
    notes = [Words(meta.inputs_zh, meta.inputs_en)] if meta.inputs_zh else []
    if meta.simulations and shows_simulations:
        zh, en = f"{meta.simulations} 次模拟", f"{meta.simulations} simulations"
        if meta.seed is not None:
            zh, en = f"{zh} · 种子 {meta.seed}", f"{en}, seed {meta.seed}"
        notes.append(Words(zh, en))
    return notes


def _switch(switch: Switch) -> JsonValue:
    return {
        "key": switch.key,
        **switch.label.as_json(),
        "options": [{"key": one.key, **one.label.as_json()} for one in switch.options],
    }
