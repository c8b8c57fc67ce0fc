"""
OCPP 1.6: its messages, their translation to intents and back, and the calls we make.

`gateway.versions` names what a version offers; 2.0.1 will be a folder like this one.
"""
