"""
The simulator: charge stations that behave, and a load generator. Both speak real OCPP 1.6J and import nothing of Forecourt.

A *station* is one box with one socket to the central system; it has *connectors*, each with a meter that never runs
backwards. A *visit* is one driver with one vehicle at one connector; a *session* is its transaction, from the start
message to the stop. Messages of a transaction pass the station's *outbox*, in order, until they are answered, however
long the station is offline. Clock, power and energy are always true: `speed` makes people quicker and batteries
smaller, never seconds shorter, so that energy over time is the power reported. What a station does follows from the
seed; only the moments differ. The load generator (`load`) is another animal: preformatted frames, as fast as they go.
"""
