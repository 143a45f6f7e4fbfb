"""Keeps workers alive while Redis refuses to write: as a replica after a failover, or when it is full.

kombu treats a refusal as a fault. The worker then ends, or waits without end: a message whose acknowledgement Redis
refused still counts against the few that a worker may hold.
"""

from kombu.transport import redis, virtual
from redis.exceptions import ResponseError


class PatientQoS(redis.QoS):
    """Forgets a message whose acknowledgement Redis refuses.

    Redis delivers the message again later. An additional wake-up does no harm.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except ResponseError:
            virtual.QoS.ack(self, delivery_tag)


def be_patient() -> None:
    """Let workers wait while Redis refuses, as they do while it is away."""
    redis.Transport.connection_errors = (*redis.Transport.connection_errors, ResponseError)
    redis.Channel.QoS = PatientQoS
