// One schema and its resolvers for every peer on Node. They check no right and record nothing.
import { readFileSync } from "node:fs";
import { loaders, parcelsWithin } from "./reading.mjs";

export const typeDefs = readFileSync(new URL("../schema.graphql", import.meta.url), "utf8");
export const context = () => ({ load: loaders() });

// What population knows of a citizen: loaded beside the citizen where a question begins, else when it is asked for.
const withPerson = async (pin, load) => {
  const [citizen, person] = await Promise.all([load.citizen.load(pin), load.person.load(pin)]);
  if (citizen) citizen.person = person ?? {};
  return citizen;
};
const personOf = (row, load) => row.person ?? load.person.load(row.pin);
const ofPerson = (field) => (row, _, { load }) =>
  row.person ? row.person[field] : load.person.load(row.pin).then((person) => person?.[field]);

const asEdges = (nodes) => ({ edges: nodes.map((node) => ({ node })) });
const unit = (code, name) => (code === null ? null : { code, name });

export const resolvers = {
  Query: {
    citizen: (_, { pin }, { load }) => withPerson(pin, load),
    citizens: (_, { pins }, { load }) => Promise.all(pins.map((pin) => withPerson(pin, load))),
    parcelsWithin: async (_, { bbox, first }) => {
      const rows = await parcelsWithin(bbox, first + 1);
      const shown = rows.slice(0, first);
      const endCursor = shown.length ? Buffer.from(shown.at(-1).surrogate).toString("base64url") : null;
      return { ...asEdges(shown), pageInfo: { hasNextPage: rows.length > first, endCursor } };
    },
  },
  Citizen: {
    birthPlace: (row) => unit(row.birth_place_code, row.birth_place_name),
    maritalStatus: ofPerson("maritalStatus"),
    ethnicity: ofPerson("ethnicity"),
    religion: ofPerson("religion"),
    bloodType: ofPerson("bloodType"),
    vitalStatus: ofPerson("vitalStatus"),
    contact: (row, _, { load }) => load.contact.load(row.pin),
    identityCards: (row, _, { load }) => load.identityCards.load(row.pin),
    residences: (row, _, { load }) => load.residences.load(row.pin),
    household: async (row, _, { load }) => {
      const code = (await personOf(row, load))?.household_code;
      return code ? load.household.load(code) : null;
    },
    landRights: async (row, { first }, { load }) => asEdges((await load.rightsOfPerson.load(row.pin)).slice(0, first)),
    enterpriseRoles: (row, _, { load }) => load.roles.load(row.pin),
  },
  Residence: { address: (row) => ({ detail: row.detail, unit: unit(row.unit_code, row.unit_name) }) },
  Household: { members: (row, _, { load }) => load.members.load(row.code) },
  HouseholdMember: { person: async (row, _, { load }) => (await load.citizen.load(row.pin)) ?? {} },
  EnterpriseRole: { enterprise: (row, _, { load }) => load.enterprise.load(row.enterprise_code) },
  LandRight: {
    share: (row) => ({ numerator: row.share_numerator, denominator: row.share_denominator }),
    parcel: (row, _, { load }) => load.parcel.load(row.parcel_id),
    holder: async (row, _, { load }) => {
      if (row.holder_pin) return { __typename: "Citizen", ...(await load.citizen.load(row.holder_pin)) };
      const enterprise = await load.enterprise.load(row.holder_enterprise);
      return { __typename: "Enterprise", code: row.holder_enterprise, ...enterprise };
    },
  },
  Parcel: {
    landRights: async (row, { first }, { load }) => asEdges((await load.rightsOfParcel.load(row.id)).slice(0, first)),
  },
};
