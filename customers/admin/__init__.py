"""The ground floor's pages of the administration: what a desk is set up with, and the record of every act."""

from customers.admin.record import AuditEventAdmin, IntakeRunAdmin, OutboxMessageAdmin
from customers.admin.setup import (
    CompanyAdmin,
    ConductPolicyAdmin,
    ProductAdmin,
    ReasonAdmin,
    SiteAdmin,
    TeamAdmin,
)
from customers.admin.telephone import (
    TelephoneAgentAdmin,
    TelephoneCallAdmin,
    TelephoneConnectionAdmin,
    TelephoneKeyAdmin,
    TelephoneRouteAdmin,
)

__all__ = [
    "AuditEventAdmin",
    "CompanyAdmin",
    "ConductPolicyAdmin",
    "IntakeRunAdmin",
    "OutboxMessageAdmin",
    "ProductAdmin",
    "ReasonAdmin",
    "SiteAdmin",
    "TeamAdmin",
    "TelephoneAgentAdmin",
    "TelephoneCallAdmin",
    "TelephoneConnectionAdmin",
    "TelephoneKeyAdmin",
    "TelephoneRouteAdmin",
]
