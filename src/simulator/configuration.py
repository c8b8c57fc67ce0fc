"""Configuration keys of a station: the Core profile's (OCPP 1.6, 9.1), checked before they are changed."""

from simulator.meter import MEASURANDS
from simulator.protocol import Payload

READ_ONLY = {
    "ConnectorPhaseRotation", "GetConfigurationMaxKeys", "NumberOfConnectors", "StopTxnSampledData", "SupportedFeatureProfiles",
}  # fmt: skip
WRITE_ONLY = {"AuthorizationKey"}


class Configuration:
    """`speed` shortens the interval between meter values, from 30 s down to 1 s; the heartbeat is the central system's to say."""

    def __init__(self, *, connectors: int, speed: float, password: str) -> None:
        self._values = {
            "AllowOfflineTxForUnknownId": "true",
            "AuthorizationKey": password,
            "AuthorizeRemoteTxRequests": "false",
            "ClockAlignedDataInterval": "0",
            "ConnectionTimeOut": "60",
            "ConnectorPhaseRotation": "NotApplicable",
            "GetConfigurationMaxKeys": "50",
            "HeartbeatInterval": "300",
            "LocalAuthorizeOffline": "true",
            "LocalPreAuthorize": "false",
            "MeterValueSampleInterval": str(max(1, round(30 / speed))),
            "MeterValuesSampledData": ",".join(MEASURANDS),
            "NumberOfConnectors": str(connectors),
            "ResetRetries": "1",
            "StopTransactionOnEVSideDisconnect": "true",
            "StopTransactionOnInvalidId": "true",
            "StopTxnSampledData": ",".join(MEASURANDS),
            "SupportedFeatureProfiles": "Core,RemoteTrigger",
            "TransactionMessageAttempts": "3",
            "TransactionMessageRetryInterval": "10",
            "UnlockConnectorOnEVSideDisconnect": "true",
        }

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def number(self, key: str) -> int:
        return int(self._values[key])

    def flag(self, key: str) -> bool:
        return self._values[key] == "true"

    def set(self, key: str, value: object) -> None:
        self._values[key] = str(value)

    def change(self, key: str, value: str) -> str:
        """Answer ChangeConfiguration: the status (OCPP 1.6, 5.3)."""
        if key not in self._values:
            return "NotSupported"
        if key in READ_ONLY or not self._fits(key, value):
            return "Rejected"
        self._values[key] = value.lower() if self._values[key] in ("true", "false") else value
        return "Accepted"

    def report(self, wanted: list[str]) -> Payload:
        """Answer GetConfiguration; all readable keys if none is named."""
        readable = {key: value for key, value in self._values.items() if key not in WRITE_ONLY}
        shown = [key for key in wanted if key in readable] if wanted else list(readable)
        return {
            "configurationKey": [{"key": key, "readonly": key in READ_ONLY, "value": readable[key]} for key in shown],
            "unknownKey": [key for key in wanted if key not in readable],
        }

    def _fits(self, key: str, value: str) -> bool:
        if key == "AuthorizationKey":
            return 16 <= len(value) <= 40  # OCPP 1.6 security whitepaper, AuthorizationKey
        if key == "MeterValuesSampledData":
            return all(name in MEASURANDS for name in value.split(","))
        if self._values[key] in ("true", "false"):
            return value.lower() in ("true", "false")
        return value.isdecimal() and len(value) < 10
