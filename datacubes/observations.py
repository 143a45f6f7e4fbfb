"""Observations follow their cubes."""

from datetime import datetime

from django.db.models import Max, Min

from common.upsert import upsert
from datacubes.models import Metadata, Observation


def get_observation(point_id: str, begin: datetime) -> Observation:
    """Find the observation of a POINT_ID, or make it; `refresh_observation` must follow in the same transaction.

    Others who want the same observation wait until that transaction ends.
    """
    kind = next((kind for kind in Observation.Kind if kind and point_id.endswith(f"_{kind}")), Observation.Kind.SINGLE)
    return upsert(Observation(point_id=point_id, kind=kind, date_beg=begin, date_end=begin), "point_id")


def refresh_observation(observation_id: int) -> None:
    """Set begin and end of an observation to those of its cubes. Within a transaction.

    An observation without any cube is removed; one whose cubes are all withdrawn is not listed.
    """
    # Whoever else changes cubes of this observation waits here, so that each sees what the one before has written.
    # Rows that refer to it can be added meanwhile (no_key).
    observation = Observation.objects.select_for_update(no_key=True).filter(id=observation_id).first()
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
