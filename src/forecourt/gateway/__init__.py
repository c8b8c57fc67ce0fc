"""
OCPP sockets in, operations out.

A reply to a station means *committed*: intents of many stations are collected for a few milliseconds, applied in one
transaction, then answered. A protocol version is one folder of messages over the same operations. Who may connect is
decided before the upgrade; a takeover happens only after authentication. Nonsense gets the exact OCPP-J error.
"""
