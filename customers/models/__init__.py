"""Tables of the ground floor, one noun a module."""

from customers.models.account import Customer, FamilyNameDeletion
from customers.models.call import Call, CallEvent, CallReason
from customers.models.cancellation import (
    Cancellation,
    CancellationLine,
    CancellationUndo,
)
from customers.models.conduct_policy import ConductPolicy
from customers.models.disposition import Disposition
from customers.models.history import Complaint, Interaction
from customers.models.intake_run import IntakeRun
from customers.models.place import Company, Site, Team
from customers.models.promise import CallBack, Handover
from customers.models.reason import Reason
from customers.models.record import (
    AuditEvent,
    AuditHead,
    AuditSeal,
    AuditVerification,
    CustomerSalt,
    OutboxMessage,
    Remark,
    UsedKey,
)
from customers.models.subscription import PriceChange, Product, Subscription
from customers.models.telephone import (
    TelephoneAgent,
    TelephoneCall,
    TelephoneCommand,
    TelephoneConnection,
    TelephoneEvent,
    TelephoneKey,
    TelephoneLeg,
    TelephoneRoute,
)

__all__ = [
    "AuditEvent",
    "AuditHead",
    "AuditSeal",
    "AuditVerification",
    "Call",
    "CallBack",
    "CallEvent",
    "CallReason",
    "Cancellation",
    "CancellationLine",
    "CancellationUndo",
    "Company",
    "Complaint",
    "ConductPolicy",
    "Customer",
    "CustomerSalt",
    "Disposition",
    "FamilyNameDeletion",
    "Handover",
    "IntakeRun",
    "Interaction",
    "OutboxMessage",
    "PriceChange",
    "Product",
    "Reason",
    "Remark",
    "Site",
    "Subscription",
    "Team",
    "TelephoneAgent",
    "TelephoneCall",
    "TelephoneCommand",
    "TelephoneConnection",
    "TelephoneEvent",
    "TelephoneKey",
    "TelephoneLeg",
    "TelephoneRoute",
    "UsedKey",
]
