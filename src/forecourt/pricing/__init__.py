"""
What a charge costs: price groups, their immutable versions, and the one engine that turns usage into lines.

Editing a price group makes a new `PriceVersion`; a charge keeps the version it started with. A line is one component
over the whole charge, rounded once. The same engine prices the running cost, the final price, the receipt and the
invoice.
"""
