// How the peer reads: named prepared statements on a pool per register, keys of one request gathered by data loaders.
import DataLoader from "dataloader";
import pg from "pg";

const CONNECTIONS_PER_REGISTER = 8;
const AS_SENT = (text) => text;

pg.types.setTypeParser(pg.types.builtins.DATE, AS_SENT);

const pools = Object.fromEntries(
  Object.entries(JSON.parse(process.env.BENCH_DATABASES)).map(([register, connectionString]) => [
    register,
    new pg.Pool({ connectionString, max: CONNECTIONS_PER_REGISTER, options: process.env.BENCH_SESSION }),
  ]),
);

const names = new Map();
const read = async (register, text, values) => {
  if (!names.has(text)) names.set(text, `s${names.size}`);
  return (await pools[register].query({ name: names.get(text), text, values })).rows;
};

const one = (register, sql) => () =>
  new DataLoader(async (keys) => {
    const found = new Map((await read(register, sql, [keys])).map((row) => [row.k, row]));
    return keys.map((key) => found.get(key) ?? null);
  });

const many = (register, sql) => () =>
  new DataLoader(async (keys) => {
    const found = new Map(keys.map((key) => [key, []]));
    for (const row of await read(register, sql, [keys])) found.get(row.k).push(row);
    return keys.map((key) => found.get(key));
  });

const unitName = (code, scheme) =>
  `(select u.name from administrative_units u where u.code = ${code} and u.scheme = ${scheme})`;

// At most as many rights as the widest question shows of one person or parcel.
const RIGHTS = 10;
const rightsBy = (column) =>
  `select page.* from unnest($1::text[]) as keys(key) join lateral (
     select ${column} as k, kind, share_numerator, share_denominator, parcel_id, holder_pin, holder_enterprise
     from land_rights where ${column} = keys.key order by surrogate limit ${RIGHTS}) page on true`;

const makers = {
  citizen: one(
    "identity",
    `select pin as k, pin, full_name as "fullName", other_names as "otherNames", date_of_birth as "dateOfBirth", sex,
       birth_place_code, ${unitName("birth_place_code", "birth_place_scheme")} as birth_place_name,
       nationalities::text[] as nationalities, occupation
     from citizens where pin = any($1)`,
  ),
  contact: one("identity", `select pin as k, mobile, email from contacts where pin = any($1)`),
  identityCards: many(
    "identity",
    `select pin as k, kind, issued_on as "issuedOn", expires_on as "expiresOn", status
     from identity_cards where pin = any($1) order by surrogate`,
  ),
  person: one(
    "population",
    `select pin as k, marital_status as "maritalStatus", ethnicity, religion, blood_type as "bloodType",
       vital_status as "vitalStatus", household_code
     from persons where pin = any($1)`,
  ),
  residences: many(
    "population",
    `select pin as k, kind, valid_from as "validFrom", detail, unit_code,
       ${unitName("unit_code", "unit_scheme")} as unit_name
     from residences where pin = any($1) and valid_from <= current_date
       and (valid_until is null or valid_until > current_date) order by surrogate`,
  ),
  household: one("population", `select code as k, code from households where code = any($1)`),
  members: many(
    "population",
    `select household_code as k, relation as "relationToHead", pin
     from household_members where household_code = any($1) order by surrogate`,
  ),
  rightsOfPerson: many("land", rightsBy("holder_pin")),
  rightsOfParcel: many("land", rightsBy("parcel_id")),
  parcel: one(
    "land",
    `select id as k, id, sheet, number, legal_area::double precision as "legalArea" from parcels where id = any($1)`,
  ),
  roles: many(
    "enterprises",
    `select pin as k, kind, since, enterprise_code from roles where pin = any($1) order by surrogate`,
  ),
  enterprise: one("enterprises", `select code as k, code, name, status from enterprises where code = any($1)`),
};

export const loaders = () => Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make()]));

export const pageOfParcels = ({ west, south, east, north }, limit) =>
  read(
    "land",
    `select id, sheet, number, legal_area::double precision as "legalArea", address_detail as "addressDetail", status,
       surrogate from parcels
     where status = 'ACTIVE' and bounding_box && $1::box and surrogate > 0 order by surrogate limit $2`,
    [`(${east},${north}),(${west},${south})`, limit],
  );
