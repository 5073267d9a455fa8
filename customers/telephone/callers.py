"""Whose number it is that rings."""

from customers import phones
from customers.choices import NumberMatch
from customers.models import Company, Customer


def in_full(number: str) -> str:
    """The caller's number in E.164, by the company's country where it has no prefix; blank for what is no number."""
    company = Company.objects.first()
    return phones.e164(number, country=company.country if company else "") or ""


def match(number: str) -> tuple[NumberMatch, int | None]:
    """How many customers have exactly this number (E.164), and who it is where it is one."""
    if not number:
        return NumberMatch.NOBODY, None
    tail = number.lstrip("+")[::-1]
    by_phone = Customer.objects.filter(phone_tail=tail).exclude(phone="").values_list("pk")
    by_other = Customer.objects.filter(other_phone_tail=tail).exclude(other_phone="").values_list("pk")
    found = [pk for (pk,) in by_phone.union(by_other)[:2]]
    if len(found) == 1:
        return NumberMatch.ONE, found[0]
    return (NumberMatch.SEVERAL if found else NumberMatch.NOBODY), None
