"""Clusters as an earlier weekly run saw them: its own excess and p, shown in its week."""

from collections.abc import Mapping
from dataclasses import replace

from maps.cluster_texts import ClusterEntry, cluster_entries
from maps.model import HotspotInput
from maps.words import Words

# Product → the lines of the list.
Entries = Mapping[str, list[ClusterEntry]]


def entries_by_week(given: HotspotInput) -> dict[str, Entries]:
    """Return the clusters to list for each week with a run, '' being the day of the map."""
    found: dict[str, Entries] = {"": cluster_entries(given)}
    for week, run in given.past_runs.items():
        asked = replace(
            given, clusters=run.clusters, meta=replace(given.meta, as_of=run.as_of), past_runs={}
        )
        found[week] = of_week(cluster_entries(asked), week)
    return found


def of_week(entries: Entries, week: str) -> Entries:
    """Return lines whose rings are drawn in one week alone; '' leaves them as they are."""
    if not week:
        return entries
    return {product: [_moved(one, week) for one in listed] for product, listed in entries.items()}


def _moved(entry: ClusterEntry, week: str) -> ClusterEntry:
    key = f"{week}-{entry.id}"
    return replace(entry, id=key, mark=replace(entry.mark, mark_id=key, week=week, known_from=None))


def day_words(given: HotspotInput, week: str) -> Words:
    """Return the sentence that says to which day the figures of a list belong."""
    day = given.past_runs[week].as_of if week else given.meta.as_of
    return Words(
        f"超出倍数、期望和 p 属于截至 {day} 的那次分析。",
        f"Excess, expectation and p are of the analysis up to {day}.",
    )
