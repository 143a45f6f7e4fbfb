"""Observations follow their cubes."""

from datetime import datetime

from django.db.models import Max, Min

from datacubes.models import Metadata, Observation


def get_observation(point_id: str, begin: datetime, end: datetime) -> Observation:
    """Find the observation of a POINT_ID, or make it."""
    kind = next((kind for kind in Observation.Kind if kind and point_id.endswith(f"_{kind}")), Observation.Kind.SINGLE)
    observation, _ = Observation.objects.get_or_create(
        point_id=point_id, defaults={"kind": kind, "date_beg": begin, "date_end": end}
    )
    return observation


def refresh_observation(observation_id: int) -> None:
    """Set begin and end of an observation to those of its cubes; remove it if it has none."""
    cubes = Metadata.objects.filter(cube__observation=observation_id)
    span = cubes.aggregate(begin=Min("date_beg"), end=Max("date_end"))
    observation = Observation.objects.filter(id=observation_id)
    if span["begin"] is None:
        observation.filter(cubes=None).delete()
    else:
        observation.exclude(date_beg=span["begin"], date_end=span["end"]).update(
            date_beg=span["begin"], date_end=span["end"]
        )
