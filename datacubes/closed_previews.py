"""Hides the previews of restricted cubes if the setting PREVIEWS_OF_RESTRICTED_CUBES closes them.

Then only people who may download a cube see its previews and plots. Metadata stays public.
"""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q

from datacubes.models import DataCube, ImagePreview
from datacubes.permissions import DownloadAccess, download_access


def hide_closed_previews(cubes: Iterable[DataCube], access: Mapping[int, DownloadAccess]) -> None:
    """Hide the previews and plots of cubes that a person may not download.

    Parameters
    ----------
    cubes
        Cubes with prefetched image previews; their relations are emptied in memory.
    access
        The person's access to each cube, by its primary key.
    """
    if settings.PREVIEWS_OF_RESTRICTED_CUBES:
        return
    for cube in cubes:
        if not access[cube.pk].allowed:
            _hide(cube)


def hide_from_public(cube: DataCube) -> None:
    """Hide the previews of a cube unless everybody may see them."""
    hide_closed_previews([cube], {cube.pk: download_access(AnonymousUser(), cube)})


def may_see_preview(user: User | AnonymousUser, path: str) -> bool:
    """Return whether a person may see the preview in a file below MEDIA_ROOT."""
    if settings.PREVIEWS_OF_RESTRICTED_CUBES:
        return True
    of_movie = Q(video_preview__file=path) | Q(video_preview__poster=path)
    for condition in (Q(image_previews__file=path), of_movie):
        cube = DataCube.every.select_related("access").filter(condition).first()
        if cube is not None:
            return download_access(user, cube).allowed
    return False


def _hide(cube: DataCube) -> None:
    prefetched = getattr(cube, "_prefetched_objects_cache", {}) | {"image_previews": ImagePreview.objects.none()}
    setattr(cube, "_prefetched_objects_cache", prefetched)  # noqa: B010  The type stubs do not know it.
    # Django reads this as rows that were queried and not found.
    cube._state.fields_cache |= {"video_preview": None, "plot_data": None}
