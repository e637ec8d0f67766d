"""The page round a map: title, switches, figures, the line with date, plan, inputs and status."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from maps.encoding import JsonValue
from maps.figure import Shell, templates
from maps.model import Audience, MapMeta
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
        facts: By position of the switch `product`; '' for a map without that switch.
    """

    kind: str
    title: Words
    panel: Markup
    facts: dict[str, ProductFacts]
    switches: Sequence[Switch] = ()
    has_points: bool = False


def dress(meta: MapMeta, parts: ShellParts) -> Shell:
    """Return the shell of a map."""
    title_zh = f"{meta.county_name_zh} {parts.title.zh}"
    title_en = f"{meta.county_name_en or meta.county_name_zh}: {parts.title.en}"
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
        figures=[figure.as_json() for figure in first.figures],
    )
    below = templates.get_template("foot.html").render(
        meta=meta,
        is_public=is_public,
        drawn=first.drawn.as_json(),
        shows_simulations=parts.kind == "hotspot",
    )
    return Shell(
        kind=parts.kind,
        title_zh=f"{title_zh} {meta.as_of.isoformat()}",
        title_en=f"{title_en} {meta.as_of.isoformat()}",
        # Rendered by our own templates, which escape every text.
        before=Markup(before),  # noqa: S704
        below=Markup(below),  # noqa: S704
        beside=parts.panel,
        state={
            "initial": initial,
            "by_product": {key: facts.as_json() for key, facts in parts.facts.items()},
        },
    )


def _switch(switch: Switch) -> JsonValue:
    return {
        "key": switch.key,
        **switch.label.as_json(),
        "options": [{"key": one.key, **one.label.as_json()} for one in switch.options],
    }
