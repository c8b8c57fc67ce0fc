"""
Teams: the customers of an operator. A team owns charge points and has one wallet, members and price groups.

Every person has one personal team, which belongs to the installation; a person's wallet is its wallet. A team has one
owner. A frozen team cannot pay for charging. What a member may do is their role's grants plus their toggles
(`access.grants`); a toggle is held per membership, never per person.
"""
