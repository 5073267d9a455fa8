"""What a file of a million customers would pay for at every row is paid once, or not at all."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import F, Q

from customers.models.account import IsPhone

SQL = Path(__file__).parent / "sql"


def _sql(name: str) -> migrations.RunSQL:
    forward, reverse = (SQL / f"0006_{name}.sql", SQL / f"0006_{name}_reverse.sql")
    return migrations.RunSQL(forward.read_text(encoding="utf-8"), reverse.read_text(encoding="utf-8"))


def _line_stands_on(model: str, *, related_name: str) -> migrations.AlterField:
    name = model.rpartition(".")[2]
    # Without an index of its own: the customer's is the first half of `subscription_line_unique`, and nobody looks for
    # the lines of a product.
    field: models.ForeignKey[models.Model, models.Model] = models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=models.PROTECT, related_name=related_name, to=model
    )
    return migrations.AlterField("subscription", name, field)


def _is_phone(field: str) -> Q:
    return Q((field, "")) | Q(IsPhone(F(field)))


class Migration(migrations.Migration):
    """Stored keys stay as they are: the functions behind them answer what they answered before."""

    dependencies = [("customers", "0005_report_indexes")]

    operations = [
        _sql("keys"),
        migrations.RemoveConstraint("customer", "customer_phone_is_e164"),
        migrations.RemoveConstraint("customer", "customer_other_phone_is_e164"),
        migrations.AddConstraint(
            "customer", models.CheckConstraint(condition=_is_phone("phone"), name="customer_phone_is_e164")
        ),
        migrations.AddConstraint(
            "customer", models.CheckConstraint(condition=_is_phone("other_phone"), name="customer_other_phone_is_e164")
        ),
        _sql("lines"),
        _line_stands_on("customers.customer", related_name="subscriptions"),
        _line_stands_on("customers.product", related_name="+"),
    ]
