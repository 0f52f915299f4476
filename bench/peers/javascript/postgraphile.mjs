// PostGraphile with its recommended preset: an operation is planned once, and its joins are made in the database.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { one: connectionString } = JSON.parse(process.env.BENCH_DATABASES);
const preset = {
  extends: [PostGraphileAmberPreset],
  schema: { defaultBehavior: "-connection +list -mutation" },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
  pgServices: [
    makePgService({
      connectionString,
      schemas: ["identity", "population", "land", "enterprises"],
      poolConfig: { max: 32, options: process.env.BENCH_SESSION },
    }),
  ],
};
const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");
