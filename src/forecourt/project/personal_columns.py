"""Which columns of audited tables are a person's: the audit log keeps their values under that person's key (docs/domains/audit.md)."""

from forecourt.audit.vault import PURPOSE
from forecourt.kit.registries import EncryptedColumn, PersonalColumns

_INVITED = frozenset({"invited_email", "invited_phone", "note"})

COLUMNS = (
    PersonalColumns(
        "User", "id",
        frozenset({
            "email", "phone", "first_name", "last_name", "legal_email", "tax_identification_number", "vat_number", "address1", "address2",
            "address3", "zip_code", "city", "province", "country_id", "country_area_id", "picture_id", "partner_external_id",
            "partner_custom_payload",
        }),
    ),
    PersonalColumns("TeamMember", "person_id", _INVITED | {"partner_external_id", "partner_custom_payload"}),
    PersonalColumns(
        "Team", "owner_id", frozenset({"contact_email", "finance_email", "legal_email", "support_email", "support_phone"}), is_named=False
    ),
    PersonalColumns("OperatorUser", "person_id", _INVITED),
    PersonalColumns("ChargeAuthToken", "person_id", frozenset({"identifier", "name", "partner_external_id", "partner_custom_payload"})),
    PersonalColumns("Charge", "person_id", frozenset({"note", "partner_external_id", "partner_custom_payload"}), is_named=False),
)  # fmt: skip

ENCRYPTED = (EncryptedColumn("audit_person_key", "key_encrypted", PURPOSE),)
