"""
Countries, areas, currencies, VAT rates with dates, and the address.

Reference facts that no tenant owns. A VAT rate holds `[from_on, until_on)` in its country; the rate of a charge is the
one on the day it starts, in the country of the charge point.
"""
