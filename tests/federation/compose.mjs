// Composes subgraphs as a router's build would. Stdin: {"name": "SDL", ...}. Stdout: {"errors": [...]} or
// {"supergraph": SDL, "published": sorted SDL of what a router shows its clients}.
import { readFileSync } from "node:fs";
import { composeServices, transformSupergraphToPublicSchema } from "@theguild/federation-composition";
import { buildASTSchema, lexicographicSortSchema, parse, printSchema } from "graphql";

function compose(subgraphs) {
  const services = Object.entries(subgraphs).map(([name, sdl]) => ({
    name,
    url: `http://${name}.invalid/graphql`,
    typeDefs: parse(sdl),
  }));
  const { errors, supergraphSdl } = composeServices(services);
  if (errors) {
    return { errors: errors.map((error) => `${error.extensions?.code}: ${error.message}`) };
  }
  const published = buildASTSchema(transformSupergraphToPublicSchema(parse(supergraphSdl)));
  return { supergraph: supergraphSdl, published: printSchema(lexicographicSortSchema(published)) };
}

process.stdout.write(JSON.stringify(compose(JSON.parse(readFileSync(0, "utf8")))));
