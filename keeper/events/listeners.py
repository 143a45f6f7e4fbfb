"""Records what the rooms below say of cubes and orders, in their transactions."""

from django.db.models.signals import post_delete
from django.dispatch import receiver

from datacubes.models import DataCube
from datacubes.models.access import released
from datacubes.withdrawal import restored, withdrawn
from ingestion.signals import changed
from keeper.events.kinds import Kind
from keeper.events.recording import new_event, record, record_all
from workorders.models import WorkOrder, WorkOrderRun, ended


@receiver(changed)
def record_ingestion(sender: type[DataCube], oid: str, path: str, is_new: bool, **kwargs: object) -> None:
    """Record that a cube was added, or that something of it has changed."""
    record(Kind.CUBE_INGESTED if is_new else Kind.CUBE_CHANGED, oid=oid, path=path)


@receiver(restored)
def record_restoration(sender: type[DataCube], cube: DataCube, **kwargs: object) -> None:
    """Record that a withdrawn cube is listed again: to those who removed it, it is new."""
    record(Kind.CUBE_INGESTED, oid=cube.oid, path=cube.relative_path, message="The cube is listed again.")


@receiver(withdrawn)
def record_withdrawal(sender: type[DataCube], cube: DataCube, **kwargs: object) -> None:
    """Record that a cube was withdrawn."""
    record(Kind.CUBE_WITHDRAWN, oid=cube.oid, path=cube.relative_path, message=cube.withdrawal_reason)


@receiver(post_delete, sender=DataCube)
def record_deletion(sender: type[DataCube], instance: DataCube, **kwargs: object) -> None:
    """Record that a cube was deleted, unless it was withdrawn before."""
    if instance.withdrawn_at is None:
        record(Kind.CUBE_WITHDRAWN, oid=instance.oid, path=instance.relative_path, message="The cube was deleted.")


@receiver(released)
def record_releases(sender: type[DataCube], cubes: list[DataCube], **kwargs: object) -> None:
    """Record that cubes have become public."""
    record_all([new_event(Kind.CUBE_RELEASED, oid=cube.oid, path=cube.relative_path) for cube in cubes])


@receiver(ended)
def record_failures(sender: type[WorkOrderRun], runs: list[WorkOrderRun], **kwargs: object) -> None:
    """Record the orders that failed. An order that was posted again meanwhile has not ended."""
    failed = [run for run in runs if run.order.status == WorkOrder.Status.FAILED]
    record_all(
        [
            new_event(Kind.ORDER_FAILED, oid=run.order.oid, path=run.order.relative_path, message=run.error)
            for run in failed
        ]
    )
