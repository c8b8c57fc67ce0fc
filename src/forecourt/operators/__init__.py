"""
Operators: the tenants. Main and Sub-accounts, their people, and the installation itself.

One organisation is one Main account and any number of Sub-accounts, all of them operators. A role in the Main account
holds in the whole organisation. The installation is an operator too, with its own organisation: it issues invoices,
earns platform fees, keeps the shop and reviews KYB; personal teams belong to it.
"""
