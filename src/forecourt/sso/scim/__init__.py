"""SCIM 2.0 (RFC 7643, 7644): a door for the directories of companies. Who speaks there is a `Directory`, by its bearer token."""
