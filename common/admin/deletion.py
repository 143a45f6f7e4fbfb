"""What a deletion in the admin takes along: counted by the database, however many rows that are.

Django's own page names each of them: for a group with access to a hundred thousand cubes it reads each grant, and each
grant's cube.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from django.db.models import CASCADE, PROTECT, RESTRICT, ManyToOneRel, Model, QuerySet
from django.db.models.deletion import get_candidate_relations_to_delete
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as _ModelAdmin
else:
    _ModelAdmin = object

MOST_COUNTED = 10_000
MOST_NAMED = 100


class CountedDeletion(_ModelAdmin):
    """A page of a model whose confirmation of a deletion counts the rows that go with it."""

    def get_deleted_objects(
        self, objs: QuerySet[Any] | Sequence[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, Any], set[str], list[str]]:
        """Return the names of the rows to delete, the rows that go with them, and what stands against it.

        Returns
        -------
        tuple
            The first rows by name; the number of rows to delete, by the plural name of their model; the names of the
            models that the user may not delete; the rows that prevent the deletion, as text.
        """
        named = [str(row) for row in objs[:MOST_NAMED]]
        rows = self.model._base_manager.filter(pk__in=[row.pk for row in objs])
        taken, prevents = Counter[type[Model]]({self.model: rows.count()}), Counter[type[Model]]()
        for on_delete, related in _related(rows):
            (taken if on_delete is CASCADE else prevents)[related.model] += related[: MOST_COUNTED + 1].count()
        refused = {str(model._meta.verbose_name) for model in +taken if not self._may_delete(model, request)}
        counts = {str(model._meta.verbose_name_plural): _shown(number) for model, number in (+taken).items()}
        return named, counts, refused, [_text(model, number) for model, number in (+prevents).items()]

    def _may_delete(self, model: type[Model], request: HttpRequest) -> bool:
        if not self.admin_site.is_registered(model):
            return True  # As in Django: such rows belong to those that are deleted.
        return self.admin_site.get_model_admin(model).has_delete_permission(request)


def _related(rows: QuerySet[Any]) -> Iterator[tuple[Any, QuerySet[Any]]]:
    """Yield the rows that refer to some rows, and those that refer to what is deleted with these."""
    for relation in cast("Iterator[ManyToOneRel]", get_candidate_relations_to_delete(rows.model._meta)):
        on_delete = relation.on_delete
        if on_delete not in (CASCADE, PROTECT, RESTRICT):
            continue
        model: type[Model] = relation.field.model
        related = model._base_manager.filter(**{f"{relation.field.name}__in": rows})
        yield on_delete, related
        if on_delete is CASCADE:
            yield from _related(related)


def _shown(number: int) -> str:
    return f"{number:,}" if number <= MOST_COUNTED else f"more than {MOST_COUNTED:,}"


def _text(model: type[Model], number: int) -> str:
    return f"{_shown(number)} {model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural}"
