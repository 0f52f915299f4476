// What Cosmo's composer makes of subgraphs. Stdin: {"NAME": "SDL", …}. Stdout: {"errors": […]} or {"api": sorted SDL of
// what clients see, "required": [[type, field, [[scope]]]]: what its router would demand}.
import { readFileSync } from "node:fs";
import { federateSubgraphs, LATEST_ROUTER_COMPATIBILITY_VERSION } from "@wundergraph/composition";
import { lexicographicSortSchema, parse, printSchema } from "graphql";

const given = Object.entries(JSON.parse(readFileSync(0, "utf8")));
const result = federateSubgraphs({
  subgraphs: given.map(([name, sdl]) => ({ name, url: `http://${name}.invalid/graphql`, definitions: parse(sdl) })),
  version: LATEST_ROUTER_COMPATIBILITY_VERSION,
});
process.stdout.write(JSON.stringify(result.success ? found(result) : { errors: result.errors.map((error) => error.message) }));

function found({ federatedGraphClientSchema, fieldConfigurations }) {
  const guarded = fieldConfigurations.filter((field) => field.requiresAuthentication || field.requiredScopes?.length);
  return {
    api: printSchema(lexicographicSortSchema(federatedGraphClientSchema)),
    required: guarded.map((field) => [field.typeName, field.fieldName, field.requiredScopes]),
  };
}
