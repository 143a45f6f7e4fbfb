"""Redis as the broker, while it refuses to write: as a replica after a failover, or when it is full.

kombu treats a refusal as a fault, of which a worker dies, or after which it waits for ever: a message that could not be
acknowledged counts against the few that a worker may hold.
"""

from kombu.transport import redis, virtual
from redis.exceptions import ResponseError


class PatientQoS(redis.QoS):
    """Lets go of a message that Redis does not take the acknowledgement of.

    Redis delivers it once more later. A wake-up too many does nothing.
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
