"""Which rows of the land register are about whom, and its released scope sets."""

from domains.kit.rules import About, OtherRows, person_rows
from domains.kit.scopes import ScopeSet
from domains.land.tables import attached_assets, certificates, encumbrances, land_rights, parcels

ROWS = (
    OtherRows(
        parcels,
        "A parcel is a piece of land: who holds it, and who owns what stands on it, is in other tables.",
        parcels.c.commune_code,
        About("parcel", parcels.c.id),
    ),
    person_rows(land_rights, "holder_pin", or_enterprise="holder_enterprise"),
    person_rows(certificates, "holder_pin", or_enterprise="holder_enterprise"),
    person_rows(encumbrances, "holder_pin", or_enterprise="holder_enterprise"),
    person_rows(attached_assets, "holder_pin", or_enterprise="holder_enterprise"),
)

SCOPE_SETS = (
    ScopeSet(
        "set:land.holding.v1",
        "Who holds which right in a parcel, reached from the parcel.",
        (
            "parcel.land_rights:read",
            "land_right.kind:read",
            "land_right.share:read",
            "land_right.form:read",
            "land_right.origin:read",
            "land_right.held_since:read",
            "land_right.term_until:read",
            "land_right.holder:read",
        ),
    ),
    ScopeSet(
        "set:land.of_person.v1",
        "In which parcels a person holds rights, reached from the person.",
        (
            "citizen.land_rights:read",
            "land_right.kind:read",
            "land_right.share:read",
            "land_right.form:read",
            "land_right.parcel:read",
        ),
    ),
    ScopeSet(
        "set:land.registration.v1",
        "Everything a land registration office works with, certificates found by serial included.",
        (
            "citizen.land_rights:read",
            "enterprise.land_rights:read",
            "parcel.address_detail:read",
            "parcel.origin:read",
            "parcel.survey_document:read",
            "parcel.registered_on:read",
            "parcel.land_rights:read",
            "parcel.certificates:read",
            "parcel.encumbrances:read",
            "parcel.attached_assets:read",
            "land_right.kind:read",
            "land_right.share:read",
            "land_right.form:read",
            "land_right.origin:read",
            "land_right.held_since:read",
            "land_right.term_until:read",
            "land_right.certificate:read",
            "land_right.holder:read",
            "land_right.parcel:read",
            "certificate.serial:lookup",
            "certificate.serial:read",
            "certificate.status:read",
            "certificate.issued_on:read",
            "certificate.register_number:read",
            "certificate.holder:read",
            "certificate.parcel:read",
            "encumbrance.kind:read",
            "encumbrance.reference:read",
            "encumbrance.registered_on:read",
            "encumbrance.released_on:read",
            "encumbrance.secured_party:read",
            "encumbrance.holder:read",
            "encumbrance.parcel:read",
            "attached_asset.kind:read",
            "attached_asset.floor_area:read",
            "attached_asset.floors:read",
            "attached_asset.built_year:read",
            "attached_asset.owner:read",
        ),
    ),
)
