// PostGraphile with its recommended preset: an operation is planned once, and its joins are made in the database.
// Citizens by a list of numbers, which no table offers, are one batch of its own making.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { each } from "postgraphile/grafast";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { extendSchema, gql } from "postgraphile/utils";

const CONNECTIONS = 8; // as many as the others have to each register; with more it takes more time on both cores
const { one: connectionString } = JSON.parse(process.env.BENCH_DATABASES);
const citizensByPins = extendSchema(({ input }) => ({
  typeDefs: gql`
    extend type Query {
      citizens(pins: [String!]!): [Citizen]
    }
  `,
  objects: {
    Query: {
      plans: {
        citizens: (_, { $pins }) => each($pins, (pin) => input.pgRegistry.pgResources.citizens.get({ pin })),
      },
    },
  },
}));
const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [citizensByPins],
  schema: { defaultBehavior: "-connection +list -mutation" },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
  pgServices: [
    makePgService({
      connectionString,
      schemas: ["identity", "population", "land", "enterprises"],
      poolConfig: { max: CONNECTIONS, options: process.env.BENCH_SESSION },
    }),
  ],
};
const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");
