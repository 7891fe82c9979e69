"""The one door to a tenant's objects. What is not there and what is not yours get the same answer (T-1)."""

from __future__ import annotations

from rollbook.core.errors import NotFound
from rollbook.store.models import District, SourceConnection, SyncRun

__all__ = ["connection", "district", "run"]


def district(slug: str) -> District:
    """The district of that slug. Raises NotFound."""
    found = District.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(
            f"There is no district {slug!r} here.", hint="Make it with: rollbook district add SLUG --name NAME"
        )
    return found


def connection(district: District, name: str | None = None) -> SourceConnection:
    """The district's source of that name; without a name, its only one. Raises NotFound."""
    sources = list(SourceConnection.objects.filter(district=district).order_by("id"))
    if name is not None:
        sources = [source for source in sources if source.name == name]
    if not sources:
        raise NotFound(
            f"District {district.slug} has no source{f' {name!r}' if name else ''}.",
            hint=f"Add one with: rollbook source add {district.slug} --kind oneroster_csv --path PATH",
        )
    if len(sources) > 1:
        names = ", ".join(source.name for source in sources)
        raise NotFound(f"District {district.slug} has several sources: {names}.", hint="Name one with --source NAME.")
    return sources[0]


def run(word: str) -> SyncRun:
    """The run of that number, or of that plan id. Raises NotFound."""
    runs = SyncRun.objects.select_related("connection", "district")
    found = runs.filter(pk=int(word)).first() if word.isdecimal() and len(word) < 19 else runs.filter(plan=word).first()
    if found is None:
        raise NotFound(f"There is no run or plan {word!r} here.", hint="List them with: rollbook runs SLUG")
    return found
