"""
Who changed what, when, and the proof that nobody rewrote it.

A trigger on every audited table records the difference; the actor comes from the transaction (`@operation`), the place from
the request. The sealer encrypts personal values under a key per person and chains every event to the one before, one chain
per organisation. Events are never updated or deleted; erasing a person destroys a key and leaves the chain whole. Charges are
recorded for human actions only, OCPP traffic never.
"""
