-- The statements of the peers that load by key: one per relation, for all keys that a request gathers at once.
-- `one` gives a row per key, `many` gives lists in the order of the rows, `all` takes values of its own.
-- `k` is the key. Ten is the most rights of one person or parcel that a question shows.

-- name: citizen, register: identity, rows: one
select pin as k, pin, full_name as "fullName", other_names as "otherNames", date_of_birth as "dateOfBirth", sex,
  birth_place_code, u.name as birth_place_name, nationalities::text[] as nationalities, occupation
from citizens left join administrative_units u on u.code = birth_place_code and u.scheme = birth_place_scheme
where pin = any($1::text[])

-- name: contact, register: identity, rows: one
select pin as k, mobile, email from contacts where pin = any($1::text[])

-- name: identityCards, register: identity, rows: many
select pin as k, kind, issued_on as "issuedOn", expires_on as "expiresOn", status
from identity_cards where pin = any($1::text[]) order by surrogate

-- name: person, register: population, rows: one
select pin as k, marital_status as "maritalStatus", ethnicity, religion, blood_type as "bloodType",
  vital_status as "vitalStatus", household_code
from persons where pin = any($1::text[])

-- name: residences, register: population, rows: many
select r.pin as k, r.kind, r.valid_from as "validFrom", r.detail, r.unit_code, u.name as unit_name
from residences r left join administrative_units u on u.code = r.unit_code and u.scheme = r.unit_scheme
where r.pin = any($1::text[]) and r.valid_from <= current_date
  and (r.valid_until is null or r.valid_until > current_date)
order by r.surrogate

-- name: household, register: population, rows: one
select code as k, code from households where code = any($1::text[])

-- name: members, register: population, rows: many
select household_code as k, relation as "relationToHead", pin
from household_members where household_code = any($1::text[]) order by surrogate

-- name: rightsOfPerson, register: land, rows: many
select page.* from unnest($1::text[]) as keys(key) join lateral (
  select holder_pin as k, kind, share_numerator, share_denominator, parcel_id, holder_pin, holder_enterprise
  from land_rights where holder_pin = keys.key order by surrogate limit 10
) page on true

-- name: rightsOfParcel, register: land, rows: many
select page.* from unnest($1::text[]) as keys(key) join lateral (
  select parcel_id as k, kind, share_numerator, share_denominator, parcel_id, holder_pin, holder_enterprise
  from land_rights where parcel_id = keys.key order by surrogate limit 10
) page on true

-- name: parcel, register: land, rows: one
select id as k, id, sheet, number, legal_area::double precision as "legalArea", address_detail as "addressDetail", status
from parcels where id = any($1::text[])

-- name: parcelsWithin, register: land, rows: all
select id, sheet, number, legal_area::double precision as "legalArea", address_detail as "addressDetail", status, surrogate
from parcels
where status = 'ACTIVE' and bounding_box && box(point($3::double precision, $4::double precision),
  point($1::double precision, $2::double precision))
order by surrogate limit $5::int

-- name: roles, register: enterprises, rows: many
select pin as k, kind, since, enterprise_code from roles where pin = any($1::text[]) order by surrogate

-- name: enterprise, register: enterprises, rows: one
select code as k, code, name, status from enterprises where code = any($1::text[])
