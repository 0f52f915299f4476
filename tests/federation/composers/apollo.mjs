// What Apollo's composer makes of subgraphs. Stdin: {"NAME": "SDL", …}. Stdout: {"errors": […]} or {"supergraph": SDL,
// "api": sorted SDL of what clients see}.
import { readFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from "@apollo/federation-internals";
import { lexicographicSortSchema, parse, printSchema } from "graphql";

const given = Object.entries(JSON.parse(readFileSync(0, "utf8")));
const { errors, supergraphSdl } = composeServices(
  given.map(([name, sdl]) => ({ name, url: `http://${name}.invalid/graphql`, typeDefs: parse(sdl) })),
);
const found = errors ? { errors: errors.map((error) => error.message) } : { supergraph: supergraphSdl, api: api(supergraphSdl) };
process.stdout.write(JSON.stringify(found));

function api(sdl) {
  const supergraph = Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  return printSchema(lexicographicSortSchema(supergraph.apiSchema().toGraphQLJSSchema()));
}
