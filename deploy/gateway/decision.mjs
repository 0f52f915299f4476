// One decision for the operation, before anything of it is run: the authority is asked with what the client sent.
//
// A refusal is the answer, whole. A grant brings a ticket, which goes to every subgraph with the client's token; they
// verify both and decide their part again. Where one of them refuses nevertheless, that refusal alone is the answer,
// with no data.
import { bodyOf, parametersOf, TooSlow } from "./body.mjs";
import { withoutLiterals } from "./literals.mjs";
import { parsed, Registers } from "./registers.mjs";
import { failure, refused, shown } from "./said.mjs";
import { Sources } from "./sources.mjs";

const GRAPHQL = "/graphql";
const TICKET = "lienthong-ticket";
const SHOWN_TO_AUTHORITY = ["accept", "agency-officer", "authorization", "content-encoding", "content-type", "dpop"];
const OF_ONE_CONNECTION = ["connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"];
const JSON_ANSWER = { status: 200, headers: { "content-type": "application/json" } };

/** What an admitted request carries from its grant to its answer. */
class Admission {
  refusal = null; // of a subgraph
  stopped = null; // by the gateway itself
  sources = new Sources();

  constructor(request, question, grant, headers, until) {
    this.question = question; // in the client's words
    this.headers = headers; // of the grant, for the answer
    this.until = until;
    this.forSubgraphs = {
      accept: request.headers.get("accept") ?? "*/*", // a subgraph's refusal has the form that its client takes
      authorization: request.headers.get("authorization"),
      [TICKET]: grant.ticket,
      "x-request-id": grant.requestId,
    };
  }

  /** A subgraph refused what was granted, because a right was taken back in between. */
  refuse(response, body) {
    this.refusal ??= { body, status: response.status, headers: passedOn(response.headers) };
  }

  /** The gateway refuses what was granted. That it would is known of rights alone; all else is its own fault. */
  stop({ message, extensions: { http, ...extensions } }, { messages }) {
    const errors = {
      401: failure("UNAUTHENTICATED", "The access token is not valid."),
      403: { message, extensions },
    };
    const status = http.status in errors ? http.status : 500;
    this.stopped ??= { status, error: errors[status] ?? failure("INTERNAL", messages.INTERNAL) };
  }

  /** What is answered in place of the answer; null: nothing is. */
  instead(request, fetchAPI) {
    if (this.refusal) return new fetchAPI.Response(this.refusal.body, this.refusal);
    if (this.stopped) return refused(fetchAPI, request, this.stopped.status, this.stopped.error);
    return null;
  }
}

/**
 * The plugin. `authority` is its address, `deadline` in milliseconds, `schema` what clients see, `terms` what was written
 * beside the supergraph.
 */
export function decision({ authority, deadline, schema, terms }) {
  const admissions = new WeakMap(); // by the request as it is run
  const registers = new Registers(terms);

  return {
    async onRequest({ request, url, endResponse, setRequest, fetchAPI }) {
      if (url.pathname !== GRAPHQL) return;
      const until = Date.now() + deadline;
      try {
        const body = await bodyOf(request, terms.limits);
        const answer = await asked(authority, request, url, body, deadline);
        const text = await answer.text();
        const grant = answer.ok ? ticketIn(text) : null;
        if (grant === null) {
          endResponse(new fetchAPI.Response(text, { status: answer.status, headers: passedOn(answer.headers) }));
          return;
        }
        const question = { ...parametersOf(url, body), ...documentOf(grant) };
        const admitted = run(request, url, question, schema, fetchAPI);
        admissions.set(admitted, new Admission(request, question, grant, passedOn(answer.headers), until));
        setRequest(admitted);
      } catch (error) {
        endResponse(unasked(error, request, fetchAPI, terms.limits));
      }
    },

    onFetch({ context, executionRequest, options, setOptions, fetchFn, setFetchFn }) {
      const admission = admissions.get(context?.request);
      if (admission === undefined) return; // not of an operation
      setOptions({ ...options, headers: { ...options.headers, ...admission.forSubgraphs } });
      setFetchFn(async (url, sent, ...more) => {
        const ask = (signal) => fetchFn(url, { ...sent, signal, redirect: "error" }, ...more);
        const refuse = (response, text) => admission.refuse(response, text);
        const answer = await registers.answer(url, admission.until, sent.signal, ask, refuse);
        admission.sources.heard(executionRequest.subgraphName, answer);
        return new Response(JSON.stringify(answer), JSON_ANSWER);
      });
    },

    onResultProcess({ request, result }) {
      const admission = admissions.get(request);
      if (admission === undefined || !result) return;
      const sources = admission.sources.shown();
      if (sources) result.extensions = { ...result.extensions, sources };
      if (!result.errors?.length) return;
      const layer = result.errors.find((error) => error.extensions?.http); // the gateway's own doubts: the whole is refused
      if (layer) admission.stop(layer, terms);
      else result.errors = shown(result, admission.question, terms);
    },

    onResponse({ request, response, setResponse, fetchAPI }) {
      const admission = admissions.get(request);
      if (admission === undefined) return;
      const answer = admission.instead(request, fetchAPI) ?? response;
      for (const [name, value] of admission.headers) {
        if (name !== "content-type") answer.headers.set(name, value);
      }
      answer.headers.set("cache-control", "no-store");
      if (answer !== response) setResponse(answer);
    },
  };
}

function asked(authority, request, url, body, deadline) {
  const headers = { [TICKET]: "wanted" };
  for (const name of SHOWN_TO_AUTHORITY) {
    if (request.headers.has(name)) headers[name] = request.headers.get(name);
  }
  const signal = AbortSignal.timeout(deadline);
  return fetch(`${authority}/graphql/explain${url.search}`, { method: request.method, headers, body, signal, redirect: "error" });
}

/** What is run in place of the request: the same question, with its values apart from its words. */
function run(request, { origin }, parameters, schema, fetchAPI) {
  const headers = { "content-type": "application/json", authorization: request.headers.get("authorization") };
  if (request.headers.has("accept")) headers.accept = request.headers.get("accept");
  const body = JSON.stringify(withoutLiterals(schema, parameters));
  return new fetchAPI.Request(origin + GRAPHQL, { method: "POST", headers, signal: request.signal, body });
}

/** The document that a client asked for by its name. */
function documentOf({ query }) {
  return query === undefined ? {} : { query };
}

function ticketIn(text) {
  const grant = parsed(text);
  return typeof grant?.ticket === "string" ? grant : null;
}

/** Why the request ends here: nobody was asked, so nobody knows what is allowed. */
function unasked(error, request, fetchAPI, { bodySeconds }) {
  if (error instanceof TooSlow) {
    const late = failure("LIMIT_EXCEEDED", `The body did not come within ${bodySeconds} seconds.`);
    return refused(fetchAPI, request, 408, late, { connection: "close" });
  }
  return refused(fetchAPI, request, 503, failure("GRANTS_UNCONFIRMED", "The grants cannot be confirmed now."));
}

function passedOn(headers) {
  const kept = new Headers(headers);
  for (const name of OF_ONE_CONNECTION) kept.delete(name);
  return kept;
}
