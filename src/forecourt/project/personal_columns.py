"""Which columns of audited tables are a person's: the audit log keeps their values under that person's key (docs/domains/audit.md)."""

from forecourt.audit.vault import PURPOSE
from forecourt.integrations.secrets import ENCRYPTED as WEBHOOK_SECRETS
from forecourt.kit.registries import EncryptedColumn, PersonalColumns
from forecourt.ledger import personal as ledger
from forecourt.sso.secrets import ENCRYPTED as SSO_SECRETS
from forecourt.teams import personal as teams

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
    PersonalColumns("Intervention", "person_id", frozenset({"reason"}), is_named=False),
    PersonalColumns("ApiCredential", "person_id", frozenset({"name"})),
    PersonalColumns("TeamMember", "person_id", _INVITED | {"partner_external_id", "partner_custom_payload"}),
    PersonalColumns(
        "Team", "owner_id", frozenset({"contact_email", "finance_email", "legal_email", "support_email", "support_phone"}), is_named=False,
        owners=teams.owners_of_personal_teams,
        owned_columns=frozenset({
            "name", "company_name", "vat_number", "company_registration_number", "ean_number", "po_number", "tax_identification_number",
            "recipient_code", "address1", "address2", "address3", "zip_code", "city", "province", "external_id", "partner_external_id",
            "partner_custom_payload",
        }),
    ),
    PersonalColumns(
        "WalletTransaction", "", frozenset(), is_named=False, owners=ledger.owners_of_personal_transactions, owned_columns=frozenset({"note"}),
    ),
    PersonalColumns("OperatorUser", "person_id", _INVITED),
    PersonalColumns("DirectoryUser", "person_id", frozenset({"user_name", "external_id", "resource"})),
    PersonalColumns("ExternalIdentity", "person_id", frozenset({"subject", "email"})),
    PersonalColumns("ChargeAuthToken", "person_id", frozenset({"identifier", "name", "partner_external_id", "partner_custom_payload"})),
    PersonalColumns("Charge", "person_id", frozenset({"note", "partner_external_id", "partner_custom_payload"}), is_named=False),
)  # fmt: skip

ENCRYPTED = (
    EncryptedColumn("audit_person_key", "key_encrypted", PURPOSE),
    EncryptedColumn("audit_stream", "secret_encrypted", "audit-stream"),
    *WEBHOOK_SECRETS,
    *SSO_SECRETS,
)
