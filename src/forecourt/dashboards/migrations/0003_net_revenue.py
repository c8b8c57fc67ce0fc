"""Revenue is what was paid, without VAT; it was every price, VAT included."""

from django.db import migrations

NET = """
UPDATE dashboards_chargepointday d SET revenue_minor = paid.net
FROM (
  SELECT line.id, coalesce(sum(c.price_net_minor) FILTER (WHERE EXISTS (
      SELECT FROM ledger_wallettransaction paid WHERE paid.reference_type = 'CHARGE' AND paid.reference_id = c.id::text
        AND paid.kind IN ('charge-p2p', 'charge-professional') AND paid.refund_percentage IS NULL)), 0) AS net
  FROM dashboards_countedcharge counted JOIN charging_charge c ON c.id = counted.charge_id
  JOIN dashboards_chargepointday line ON line.charge_point_id = c.charge_point_id AND line.day = counted.day
    AND line.operator_id = c.operator_id AND line.team_id = c.team_id AND line.currency = c.currency
  GROUP BY line.id
) paid
WHERE d.id = paid.id AND d.revenue_minor <> paid.net
"""


class Migration(migrations.Migration):
    dependencies = [
        ("charging", "0010_forced_price"),
        ("dashboards", "0002_counted_as_failed"),
        ("ledger", "0006_changes"),
    ]

    operations = [migrations.RunSQL(NET, migrations.RunSQL.noop)]
