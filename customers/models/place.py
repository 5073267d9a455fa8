"""Where calls are taken: the company, its sites (with their clock) and the teams that sit there."""

from django.db import models


class Company(models.Model):
    """The one company this installation serves."""

    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "companies"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="company_is_one")]

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """One call centre; its time zone decides where a budget's day, week and month begin."""

    name = models.CharField(max_length=80, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """Agents under one supervisor's eye, at one site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
