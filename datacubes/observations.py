"""Creates observations, and updates them when their cubes change."""

from datetime import datetime

from django.db.models import Max, Min

from common.rows import only_row
from common.upsert import upsert
from datacubes.models import Metadata, Observation


def get_observation(point_id: str, begin: datetime, end: datetime | None = None) -> Observation:
    """Return the observation of a POINT_ID, locked, with these times; create it if it is missing.

    Call `refresh_observation` later in the same transaction. Other transactions that need the observation wait until
    this one ends.
    """
    kind = next((kind for kind in Observation.Kind if kind and point_id.endswith(f"_{kind}")), Observation.Kind.SINGLE)
    return upsert(Observation(point_id=point_id, kind=kind, date_beg=begin, date_end=end or begin), "point_id")


def refresh_observation(observation_id: int, locked: Observation | None = None) -> None:
    """Set begin and end of an observation to those of its cubes. Needs a transaction.

    An observation without cubes is removed. An observation whose cubes are all withdrawn is not listed.

    Parameters
    ----------
    observation_id
        The primary key.
    locked
        The observation, if `get_observation` returned it in the same transaction.
    """
    # Transactions that change cubes of the same observation wait here for each other, so that each sees the other's
    # rows. With no_key, rows that refer to the observation can still be added.
    observation = locked or only_row(Observation.objects.select_for_update(no_key=True).filter(id=observation_id))
    if observation is None:
        return
    cubes = Metadata.objects.filter(cube__observation=observation_id, cube__withdrawn_at=None)
    span = cubes.aggregate(begin=Min("date_beg"), end=Max("date_end"))
    is_listed = span["begin"] is not None
    if not is_listed and Observation.objects.filter(id=observation_id, cubes=None).delete()[0]:
        return
    begin, end = span["begin"] or observation.date_beg, span["end"] or observation.date_end
    if (observation.date_beg, observation.date_end, observation.is_listed) != (begin, end, is_listed):
        observation.date_beg, observation.date_end, observation.is_listed = begin, end, is_listed
        observation.save(update_fields=["date_beg", "date_end", "is_listed"])
