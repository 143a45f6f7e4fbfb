"""Gives a cube what sst_archive knew of it: at its first ingestion, or at the import if it is here already."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group

from datacubes.models import AccessRules, DataCube, EmailGrant, GroupGrant, Tag
from datacubes.tags import get_tags
from datacubes.vocabulary import KEYWORDS, stated_words
from predecessor.facts import Facts, Release
from predecessor.models import ImportedCube

Keyword = Callable[[str], Any]
"""Returns the value of a keyword of the cube's header, or None."""


def inherit_facts(cube: DataCube, keyword: Keyword, is_new: bool) -> list[str]:
    """Give a cube that is being ingested what sst_archive knew of it, and return what changed.

    A cube that is made again after its deletion inherits again, so that an embargo holds.
    """
    known = ImportedCube.objects.filter(oid=cube.oid).first()
    if not known or (known.is_applied and not is_new):
        return []
    changes = give(cube, keyword, Facts.from_json(known.facts), before=None)
    if not known.is_applied:
        known.is_applied = True
        known.save(update_fields=["is_applied"])
    return [f"{change} of sst_archive" for change in changes]


def give(cube: DataCube, keyword: Keyword, facts: Facts, *, before: Release | None) -> list[str]:
    """Give a cube a release, grants and tags, and return what changed.

    What staff have set here stays. Grants are added only. Tags are added only for the kinds of which the header says
    nothing.

    Parameters
    ----------
    cube
        The row of the cube, locked by the caller's transaction.
    keyword
        Looks up a keyword of its header.
    before
        The release that an earlier import gave to the cube.
    """
    changes = []
    if facts.release and _give_release(cube, facts.release, before):
        changes.append("release")
    if _give_email_grants(cube, facts.emails):
        changes.append("grants by e-mail address")
    if _give_group_grants(cube, facts.groups):
        changes.append("grants of groups")
    if _give_tags(cube, keyword, facts.tags):
        changes.append("tags")
    return changes


def _give_release(cube: DataCube, release: Release, before: Release | None) -> bool:
    access = AccessRules.objects.filter(cube=cube).first() or AccessRules(cube=cube)
    now = (access.release_date, access.release_comment)
    of_header = (access.header_release_date, access.header_release_comment)
    given = before and (before.day, before.comment)
    if now == (release.day, release.comment) or now not in (of_header, given):
        return False
    access.release_date, access.release_comment = release.day, release.comment
    access.save()
    return True


def _give_email_grants(cube: DataCube, emails: list[str]) -> bool:
    present = {email.lower() for email in cube.email_grants.values_list("email", flat=True)} if emails else set()
    missing = [EmailGrant(cube=cube, email=email) for email in emails if email.lower() not in present]
    EmailGrant.objects.bulk_create(missing, ignore_conflicts=True)
    return bool(missing)


def _give_group_grants(cube: DataCube, names: list[str]) -> bool:
    if not names:
        return False
    groups = Group.objects.filter(name__in=names).exclude(cube_grants__cube=cube)
    missing = [GroupGrant(cube=cube, group=group) for group in groups]
    GroupGrant.objects.bulk_create(missing, ignore_conflicts=True)
    return bool(missing)


def _give_tags(cube: DataCube, keyword: Keyword, tags: list[tuple[str, str]]) -> bool:
    open_kinds = {kind for kind, name in KEYWORDS.items() if stated_words(keyword(name)) is None}
    wanted = [(Tag.Kind(kind), name) for kind, name in tags if kind in open_kinds]
    if not wanted:
        return False
    present = set(cube.tags.values_list("kind", "name"))
    missing = [key for key in wanted if key not in present]
    through = DataCube.tags.through
    through.objects.bulk_create([through(datacube=cube, tag=tag) for tag in get_tags(missing)], ignore_conflicts=True)
    return bool(missing)
