"""
Settling charges: the final price, its lines, and the movements of money it causes.

A charge is settled exactly once, however often the work runs: payer → owner, then owner → platform and operator fees.
Settlement never refuses: energy delivered is posted even below zero. Lines are kept here and never changed; totals are
written down to the charge.
"""
