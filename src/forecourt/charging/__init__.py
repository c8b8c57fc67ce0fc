"""
Charges: one visit of one vehicle to one charge point, from plug-in to plug-out.

A charge stores at its start everything it will be priced by. What the station reports is kept as reported; what is
billed never runs backwards. A charge point has at most one running charge: a start on one that runs closes the old one
first (`superseded`). The same start, however late repeated, gets the same transaction id. A completed charge is immutable.
Kept for ever: energy per 300 seconds, and signed readings byte for byte.
"""
