"""
Sites, stations, charge points, connectors, charge keys, and commands to stations.

A *station* is the box with the socket. It has charge points: each one EVSE with one state, one `evse_id` and at most
one running charge (OCPP 1.6 `connectorId`, 2.0.1 `evse.id`); each has connectors. A charge point without a station is
local only (`passive`). The 14 public states are derived from what the station reports, in one rule. A charge key
belongs to a team's wallet. A command is a row with an expiry: it survives a restart and is never sent late.
"""
