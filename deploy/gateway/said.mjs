// What the gateway itself has to say, in the words and codes of the graph, and nothing else: no address, no stack, no
// name of a subgraph. `terms` stand beside the supergraph.
import { Locations } from "./locations.mjs";
import { nulls } from "./places.mjs";

const OLD = "application/json";
const NEW = "application/graphql-response+json";

/** A subgraph's answer in place of the one that did not come. */
export function noAnswer(code) {
  return { data: null, errors: [{ message: code, extensions: { code } }] };
}

/** An answer that is one refusal by the gateway. Clients of the older media type get 200 for want of a right. */
export function refused(fetchAPI, request, status, error, headers = {}) {
  const isNew = (request.headers.get("accept") ?? "").includes(NEW);
  return new fetchAPI.Response(JSON.stringify({ errors: [error] }), {
    status: status === 403 && !isNew ? 200 : status,
    headers: { "content-type": `${isNew ? NEW : OLD}; charset=utf-8`, "cache-control": "no-store", ...headers },
  });
}

export function failure(code, message) {
  return { message, extensions: { code } };
}

/**
 * The errors of an answer as clients see them: codes of the graph, and the place of each null. A router joins what
 * several requests brought and forgets in which item of a list an error stood; the null it left is there to be found,
 * and the field's place in the question as the client sent it.
 */
export function shown({ errors, data }, question, { codes, messages, limits }) {
  const found = new Map();
  let locations; // for whoever needs them
  for (const { message, path, extensions } of errors) {
    const code = codes.includes(extensions?.code) ? extensions.code : "INTERNAL";
    const said = messages[code] ?? message;
    const places = path === undefined ? [undefined] : nulls(data, path);
    for (const place of places) {
      const key = JSON.stringify(place ?? null);
      if (!found.has(key)) {
        const named = code === extensions?.code ? extensions : {};
        const stands = place && { locations: (locations ??= new Locations(question)).of(place), path: place };
        found.set(key, { message: said, ...stands, extensions: { ...named, code } });
      }
      if (found.size >= limits.errors) return [...found.values()];
    }
  }
  return [...found.values()];
}
