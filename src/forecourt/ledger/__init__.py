"""
Wallets, wallet transactions, entries and postings, exchange rates: double entry.

Every entry sums to zero in each currency; entries and postings are never changed. An entry has a unique key and a hash
of its request: the same key with the same request is once, with another an error. `post_many` is the one way in. A
wallet has three accounts: funds (withdrawable), credit (spendable only), reserved (held for a running charge).
A positive balance is money that the wallet's owner has with the platform.
"""
