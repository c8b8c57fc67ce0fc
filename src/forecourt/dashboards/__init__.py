"""
Dashboards: figures and charts, read from roll-ups and never from the raw charges.

The one table that counts is a line per charge point, day (in the charge's own time zone), owner and currency. A charge is
counted once, on the day it stopped (a failed one on the day it failed), when billing has settled it; a charge that a
station reports late lands on its own day. `CountedCharge` remembers what has been counted, in the same transaction: so a
figure is right however often, and in what order, the outbox delivers.
"""
