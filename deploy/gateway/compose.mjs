// Composes subgraphs into a supergraph. Stdin: {"NAME": {"url": "…", "sdl": "…"}, …}. Stdout: {"errors": ["CODE: …"]},
// or {"supergraph": SDL, "api": sorted SDL of what clients see}.
import { readFileSync } from "node:fs";
import { composeServices, transformSupergraphToPublicSchema } from "@theguild/federation-composition";
import { buildASTSchema, lexicographicSortSchema, parse, printSchema } from "graphql";

function compose(subgraphs) {
  const services = Object.entries(subgraphs).map(([name, { url, sdl }]) => ({ name, url, typeDefs: parse(sdl) }));
  const { errors, supergraphSdl } = composeServices(services);
  if (errors) {
    return { errors: errors.map((error) => `${error.extensions?.code}: ${error.message}`) };
  }
  const api = buildASTSchema(transformSupergraphToPublicSchema(parse(supergraphSdl)));
  return { supergraph: supergraphSdl, api: printSchema(lexicographicSortSchema(api)) };
}

process.stdout.write(JSON.stringify(compose(JSON.parse(readFileSync(0, "utf8")))));
