"""Forty real places: name, street, postal code, city, latitude, longitude (WGS 84), and what kind of site it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    street: str
    zip_code: str
    city: str
    latitude: str
    longitude: str
    kind: str  # residential, parking, leisure, depot, highway: spec P2.3

    @property
    def is_fast(self) -> bool:
        return self.kind == "highway"


def _places(text: str) -> tuple[Place, ...]:
    return tuple(Place(*(part.strip() for part in line.split("|"))) for line in text.strip().splitlines())


DENMARK = _places("""
Nordhavn P-hus | Helsinkigade 29 | 2150 | Nordhavn | 55.707900 | 12.593100 | parking
Islands Brygge | Islands Brygge 79 | 2300 | København S | 55.661300 | 12.573500 | residential
Valby Station | Toftegårds Plads 1 | 2500 | Valby | 55.663900 | 12.513400 | parking
Lyngby Storcenter | Lyngby Storcenter 1 | 2800 | Kongens Lyngby | 55.771900 | 12.506700 | parking
Roskilde Havn | Strandgade 7 | 4000 | Roskilde | 55.650600 | 12.077700 | leisure
Køge Syd | Ølbyvej 2 | 4600 | Køge | 55.468400 | 12.166000 | highway
Helsingør Kulturhavn | Allegade 2 | 3000 | Helsingør | 56.034600 | 12.614600 | leisure
Hillerød Slotsarkaderne | Slotsarkaderne 26 | 3400 | Hillerød | 55.927900 | 12.301100 | parking
Odense Havnebad | Gamle Havnekaj 3 | 5000 | Odense C | 55.408900 | 10.388300 | leisure
Odense Banegård | Østre Stationsvej 27 | 5000 | Odense C | 55.401900 | 10.386300 | parking
Nyborg Vest | Storebæltsvej 10 | 5800 | Nyborg | 55.306300 | 10.745600 | highway
Middelfart | Assensvej 127 | 5500 | Middelfart | 55.490500 | 9.746800 | highway
Kolding Storcenter | Skovvangen 42 | 6000 | Kolding | 55.509000 | 9.447300 | parking
Vejle Fjordenhus | Havneøen 1 | 7100 | Vejle | 55.702700 | 9.554700 | leisure
Aarhus Ø | Bernhardt Jensens Boulevard 95 | 8000 | Aarhus C | 56.165700 | 10.229000 | residential
Aarhus Dokk1 | Hack Kampmanns Plads 2 | 8000 | Aarhus C | 56.153500 | 10.214100 | parking
Skejby Depot | Olof Palmes Allé 13 | 8200 | Aarhus N | 56.193200 | 10.183400 | depot
Randers Regnskov | Tørvebryggen 11 | 8900 | Randers C | 56.456300 | 10.036000 | leisure
Aalborg Havnefront | Nyhavnsgade 14 | 9000 | Aalborg | 57.050200 | 9.925300 | parking
Esbjerg Havn | Hulvejen 70 | 6700 | Esbjerg | 55.464000 | 8.439500 | depot
""")

SWEDEN = _places("""
Malmö Västra Hamnen | Stora Varvsgatan 11 | 211 19 | Malmö | 55.612900 | 12.976100 | residential
Malmö Hyllie | Hyllie Boulevard 19 | 215 32 | Malmö | 55.562900 | 12.976200 | parking
Lund Brunnshög | Solbjersvägen 4 | 224 84 | Lund | 55.731500 | 13.233200 | residential
Helsingborg Hamn | Kungsgatan 1 | 252 21 | Helsingborg | 56.043600 | 12.694400 | leisure
Landskrona Syd | Lundåkravägen 7 | 261 51 | Landskrona | 55.858800 | 12.851600 | highway
Göteborg Lindholmen | Lindholmspiren 5 | 417 56 | Göteborg | 57.707600 | 11.940700 | parking
Göteborg Backaplan | Backavägen 1 | 417 05 | Göteborg | 57.723900 | 11.951800 | parking
Varberg Norra | Värnamovägen 4 | 432 32 | Varberg | 57.125100 | 12.272000 | highway
Halmstad Station | Stationsgatan 37 | 302 50 | Halmstad | 56.669000 | 12.863600 | parking
Jönköping A6 | Kompanigatan 1 | 553 05 | Jönköping | 57.772800 | 14.204400 | highway
Linköping Garnisonen | Garnisonsvägen 3 | 582 16 | Linköping | 58.411700 | 15.605000 | depot
Stockholm Hammarby | Hammarby Allé 93 | 120 63 | Stockholm | 59.304300 | 18.098700 | residential
""")

GERMANY = _places("""
Flensburg Hafen | Schiffbrücke 37 | 24939 | Flensburg | 54.793900 | 9.433300 | leisure
Handewitt A7 | Scandinavian-Park 1 | 24983 | Handewitt | 54.812600 | 9.328400 | highway
Kiel Sell-Speicher | Wall 55 | 24103 | Kiel | 54.323700 | 10.143500 | parking
Neumünster Süd | Oderstraße 10 | 24539 | Neumünster | 54.041900 | 9.995900 | highway
Lübeck Kanalhafen | Kanalstraße 80 | 23552 | Lübeck | 53.867800 | 10.695400 | parking
Hamburg HafenCity | Überseeboulevard 5 | 20457 | Hamburg | 53.541000 | 9.999000 | residential
Hamburg Altona | Max-Brauer-Allee 50 | 22765 | Hamburg | 53.552700 | 9.935500 | depot
Bremen Überseestadt | Konsul-Smidt-Straße 24 | 28217 | Bremen | 53.092700 | 8.780800 | parking
""")
