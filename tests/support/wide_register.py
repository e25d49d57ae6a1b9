"""Make an extract of the register as large as the real one, with its 140 columns."""

import csv
import io
from collections.abc import Iterator

_HEADINGS = (
    "URN|LA (code)|LA (name)|EstablishmentNumber|EstablishmentName|TypeOfEstablishment (code)|"
    "TypeOfEstablishment (name)|EstablishmentTypeGroup (code)|EstablishmentTypeGroup (name)|"
    "EstablishmentStatus (code)|EstablishmentStatus (name)|ReasonEstablishmentOpened (code)|"
    "ReasonEstablishmentOpened (name)|OpenDate|ReasonEstablishmentClosed (code)|ReasonEstablishmentClosed (name)|"
    "CloseDate|PhaseOfEducation (code)|PhaseOfEducation (name)|StatutoryLowAge|StatutoryHighAge|Boarders (code)|"
    "Boarders (name)|NurseryProvision (name)|OfficialSixthForm (code)|OfficialSixthForm (name)|Gender (code)|"
    "Gender (name)|ReligiousCharacter (code)|ReligiousCharacter (name)|ReligiousEthos (name)|Diocese (code)|"
    "Diocese (name)|AdmissionsPolicy (code)|AdmissionsPolicy (name)|SchoolCapacity|SpecialClasses (code)|"
    "SpecialClasses (name)|CensusDate|NumberOfPupils|NumberOfBoys|NumberOfGirls|PercentageFSM|"
    "TrustSchoolFlag (code)|TrustSchoolFlag (name)|Trusts (code)|Trusts (name)|SchoolSponsorFlag (name)|"
    "SchoolSponsors (name)|FederationFlag (name)|Federations (code)|Federations (name)|UKPRN|FEHEIdentifier|"
    "FurtherEducationType (name)|OfstedLastInsp|OfstedSpecialMeasures (code)|OfstedSpecialMeasures (name)|"
    "LastChangedDate|Street|Locality|Address3|Town|County (name)|Postcode|SchoolWebsite|TelephoneNum|"
    "HeadTitle (name)|HeadFirstName|HeadLastName|HeadPreferredJobTitle|BSOInspectorateName (name)|"
    "InspectorateReport|DateOfLastInspectionVisit|NextInspectionVisit|TeenMoth (name)|TeenMothPlaces|CCF (name)|"
    "SENPRU (name)|EBD (name)|PlacesPRU|FTProv (name)|EdByOther (name)|Section41Approved (name)|SEN1 (name)|"
    "SEN2 (name)|SEN3 (name)|SEN4 (name)|SEN5 (name)|SEN6 (name)|SEN7 (name)|SEN8 (name)|SEN9 (name)|"
    "SEN10 (name)|SEN11 (name)|SEN12 (name)|SEN13 (name)|TypeOfResourcedProvision (name)|"
    "ResourcedProvisionOnRoll|ResourcedProvisionCapacity|SenUnitOnRoll|SenUnitCapacity|GOR (code)|GOR (name)|"
    "DistrictAdministrative (code)|DistrictAdministrative (name)|AdministrativeWard (code)|"
    "AdministrativeWard (name)|ParliamentaryConstituency (code)|ParliamentaryConstituency (name)|"
    "UrbanRural (code)|UrbanRural (name)|GSSLACode (name)|Easting|Northing|MSOA (name)|LSOA (name)|"
    "InspectorateName (name)|SENStat|SENNoStat|BoardingEstablishment (name)|PropsName|PreviousLA (code)|"
    "PreviousLA (name)|PreviousEstablishmentNumber|OfstedRating (name)|RSCRegion (name)|Country (name)|UPRN|"
    "SiteName|QABName (code)|QABName (name)|EstablishmentAccredited (code)|EstablishmentAccredited (name)|"
    "QABReport|CHNumber|MSOA (code)|LSOA (code)|FSM|AccreditationExpiryDate"
)
COLUMNS = _HEADINGS.split("|")

_READ = {
    "LA (code)": "383",
    "LA (name)": "Leeds",
    "TypeOfEstablishment (code)": "34",
    "TypeOfEstablishment (name)": "Academy converter",
    "PhaseOfEducation (name)": "Secondary",
    "OpenDate": "01-09-2012",
    "StatutoryLowAge": "11",
    "StatutoryHighAge": "18",
    "Gender (name)": "Mixed",
    "ReligiousCharacter (name)": "Does not apply",
    "AdmissionsPolicy (name)": "Non-selective",
    "SpecialClasses (name)": "No Special Classes",
    "TrustSchoolFlag (code)": "3",
    "PercentageFSM": "18.1",
    "UKPRN": "10034567",
    "Town": "Leeds",
    "Postcode": "LS1 1AA",
    "UrbanRural (name)": "(England/Wales) Urban major conurbation",
}


def wide_extract(rows: int, *, closed: float = 0.0) -> bytes:
    """Return an extract with `rows` schools, of which the share `closed` is closed, in Windows-1252 with CRLF,
    about 1.2 kB a row.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(rows, closed))
    return out.getvalue().encode("cp1252")


def _rows(rows: int, closed: float) -> Iterator[list[str]]:
    filling = {column: "Not applicable" for column in COLUMNS if column.endswith("(name)")}
    for number in range(rows):
        is_closed = int((number + 1) * closed) > int(number * closed)
        trust = 3000 + number // 12
        said = (
            filling
            | _READ
            | {
                "URN": f"{100_000 + number}",
                "EstablishmentName": f"Brontë Moor Academy {number}",
                "EstablishmentStatus (code)": "2" if is_closed else "1",
                "EstablishmentStatus (name)": "Closed" if is_closed else "Open",
                "CloseDate": "31-08-2019" if is_closed else "",
                "NumberOfPupils": f"{200 + number % 1500}",
                "Trusts (code)": f"{trust}",
                "Trusts (name)": f"Trust {trust}",
                "Easting": f"{400_000 + number % 50_000}",
                "Northing": f"{400_000 + number // 2 % 50_000}",
            }
        )
        yield [said.get(column, "") for column in COLUMNS]
