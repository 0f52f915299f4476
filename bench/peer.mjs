// The peer: the same questions answered by Mercurius (its JIT on), one data loader per relation and request, pg pools.
// It reads the same databases with equal statements; it checks no right and records nothing.
import Fastify from "fastify";
import mercurius from "mercurius";
import { loaders, pageOfParcels } from "./peer_reading.mjs";
import { typeDefs } from "./peer_schema.mjs";

// What population knows of a citizen: loaded beside the citizen where a question begins, else when it is asked for.
const withPerson = async (pin, load) => {
  const [citizen, person] = await Promise.all([load.citizen.load(pin), load.person.load(pin)]);
  if (citizen) citizen.person = person ?? {};
  return citizen;
};
const ofPerson = (field) => (row, _, { load }) =>
  row.person ? row.person[field] : load.person.load(row.pin).then((person) => person?.[field]);

const householdCode = ofPerson("household_code");
const asEdges = (nodes) => ({ edges: nodes.map((node) => ({ node })) });
const unit = (code, name) => (code === null ? null : { code, name });
const address = (row) => ({ detail: row.detail, unit: unit(row.unit_code, row.unit_name) });

const resolvers = {
  Query: {
    citizen: (_, { pin }, { load }) => withPerson(pin, load),
    citizens: (_, { pins }, { load }) => Promise.all(pins.map((pin) => withPerson(pin, load))),
    parcelsWithin: async (_, { bbox, first }) => {
      const rows = await pageOfParcels(bbox, first + 1);
      const shown = rows.slice(0, first);
      const endCursor = shown.length ? Buffer.from(shown.at(-1).surrogate).toString("base64url") : null;
      return { ...asEdges(shown), pageInfo: { hasNextPage: rows.length > first, endCursor } };
    },
  },
  Citizen: {
    birthPlace: (row) => unit(row.birth_place_code, row.birth_place_name),
    contact: (row, _, { load }) => load.contact.load(row.pin),
    identityCards: (row, _, { load }) => load.identityCards.load(row.pin),
    residences: (row, _, { load }) => load.residences.load(row.pin),
    household: async (row, _, { load }) => {
      const code = await householdCode(row, _, { load });
      return code ? load.household.load(code) : null;
    },
    landRights: async (row, { first }, { load }) => asEdges((await load.rightsOfPerson.load(row.pin)).slice(0, first)),
    enterpriseRoles: (row, _, { load }) => load.roles.load(row.pin),
    maritalStatus: ofPerson("maritalStatus"),
    ethnicity: ofPerson("ethnicity"),
    religion: ofPerson("religion"),
    bloodType: ofPerson("bloodType"),
    vitalStatus: ofPerson("vitalStatus"),
  },
  Residence: { address },
  Household: { members: (row, _, { load }) => load.members.load(row.code) },
  HouseholdMember: {
    person: async (row, _, { load }) => (await load.citizen.load(row.pin)) ?? {},
  },
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

const app = Fastify({ logger: false });
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1, context: () => ({ load: loaders() }) });
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
