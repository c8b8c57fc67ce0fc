"""SCIM 2.0 as pure Python: schemas, filters, patches, projections (RFC 7643, 7644)."""
