"""The rows of the keeper."""

from keeper.models.discovery import GoneFile, Walk
from keeper.models.fixity import AuditDay, AuditedFile, Incident
from keeper.models.leases import Lease

__all__ = ["AuditDay", "AuditedFile", "GoneFile", "Incident", "Lease", "Walk"]
