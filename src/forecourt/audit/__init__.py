"""
Who changed what, when.

A trigger on every audited table writes one `audit_event` with the difference; the actor comes from the transaction
(`@operation`). Rows are never updated or deleted by the product. Charges are recorded for human actions only,
OCPP traffic never. People's ids are plain numbers here, so that erasing a person leaves the log whole.
"""
