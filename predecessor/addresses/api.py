"""What programs read from sst_archive: redirected, or answered with a sentence that names the new address."""

from django.http import HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from datacubes.links import oid_in_url
from datacubes.models import DataCube, Tag
from predecessor.addresses.numbers import find_cube

_WAS = "This was an address of sst_archive, the archive that this one replaces."


class FormerView(APIView):
    """An address that everybody may read, as what it leads to."""

    permission_classes = [AllowAny]


class FormerCubesView(FormerView):
    """The list of cubes, once in pages with numbers."""

    def get(self, request: Request) -> HttpResponseBase:
        """Redirect to the list of cubes. A later page has no counterpart, as its lists begin elsewhere."""
        new = reverse("data-cube-list", request=request)
        if request.query_params.keys() - {"page"} or request.query_params.get("page", "1") not in ("", "1"):
            return _gone(
                f"{_WAS} The list of cubes is at {new}; each page names the next one in `next`. Its filters are "
                f"described at {reverse('docs', request=request)}."
            )
        return HttpResponsePermanentRedirect(reverse("data-cube-list"))


class FormerCubeView(FormerView):
    """A cube, once by its number."""

    def get(self, request: Request, number: str) -> HttpResponseBase:
        """Redirect to the cube."""
        row = find_cube(number.removesuffix("/"))
        if row and DataCube.every.filter(oid=row.oid).exists():
            return HttpResponsePermanentRedirect(f"{reverse('data-cube-list')}{oid_in_url(row.oid)}/")
        new = reverse("data-cube-list", request=request)
        detail = (
            f"{_WAS} The archive has no cube with this number of it. Cubes are at {new}<oid>/; find one by a part of "
            f"its OID or file name with {replace_query_param(new, 'search', '')}."
        )
        return Response({"detail": detail}, status=status.HTTP_404_NOT_FOUND)


class FormerTagsView(FormerView):
    """The list of tags below the prefix of sst_archive."""

    def get(self, request: Request) -> HttpResponseBase:
        """Redirect to the list."""
        return HttpResponsePermanentRedirect(reverse("tag-list"))


class FormerTagView(FormerView):
    """A tag, once by its name."""

    def get(self, request: Request, name: str) -> HttpResponseBase:
        """Name the addresses of all tags, and of the cubes with this one."""
        name = name.removesuffix("/")
        tags = f"All tags are at {reverse('tag-list', request=request)}."
        if not (name.isprintable() and Tag.objects.filter(name=name).exists()):
            detail = f"The archive has no tag of this name. {tags}"
            return Response({"detail": detail}, status=status.HTTP_404_NOT_FOUND)
        cubes = replace_query_param(reverse("data-cube-list", request=request), "tag", name)
        return _gone(f"{_WAS} {tags} The cubes with this one are at {cubes}.")


def _gone(detail: str) -> Response:
    return Response({"detail": detail}, status=status.HTTP_410_GONE)
