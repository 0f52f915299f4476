// Hive Gateway in front of the registers: `hive-gateway supergraph -c gateway.config.mjs`, with its settings in the
// environment. What it must know besides the supergraph (limits, codes, scope sets) was written by
// `lienthong supergraph compose` beside it.
import { readFileSync } from "node:fs";
import { createRemoteJwksSigningKeyProvider, defineConfig } from "@graphql-hive/gateway";
import { transformSupergraphToPublicSchema } from "@theguild/federation-composition";
import { buildASTSchema, GraphQLError, parse, SchemaMetaFieldDef, TypeMetaFieldDef } from "graphql";
import { decision } from "./decision.mjs";
import { directives, isReached } from "./directives.mjs";

const supergraph = setting("LIENTHONG_SUPERGRAPH"); // a file; its terms stand beside it
const issuer = setting("LIENTHONG_ISSUER"); // as tokens name it
const authority = process.env.LIENTHONG_AUTHORITY || issuer; // where it is reached from here
const deadline = Number(process.env.LIENTHONG_REQUEST_DEADLINE_MS || 5000);
const terms = JSON.parse(readFileSync(supergraph.replace(/\.[^./]*$/, ".json"), "utf8"));

const schema = buildASTSchema(transformSupergraphToPublicSchema(parse(readFileSync(supergraph, "utf8")))); // clients'
SchemaMetaFieldDef.resolve = () => schema; // introspection shows nothing of what is a router's business
TypeMetaFieldDef.resolve = (_, { name }) => schema.getType(name);

export const gatewayConfig = defineConfig({
  supergraph,
  host: process.env.LIENTHONG_GATEWAY_HOST || "127.0.0.1",
  port: Number(process.env.LIENTHONG_GATEWAY_PORT || 8000),
  graphqlEndpoint: "/graphql",
  healthCheckEndpoint: "/healthz",
  readinessCheckEndpoint: "/readyz",
  landingPage: false,
  graphiql: false,
  cors: false,
  logging: "warn",

  plugins: () => [decision({ authority, deadline, schema, terms }), directives()],

  // A further layer; the subgraphs verify and decide for themselves.
  jwt: {
    tokenLookupLocations: [inAuthorization],
    signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri: `${authority}/oauth/jwks` })],
    tokenVerification: { algorithms: ["ES256"], issuer, audience: `${issuer}/graphql` },
    reject: { missingToken: true, invalidToken: true },
    forward: { payload: false, token: false },
  },
  genericAuth: {
    mode: "protect-granular",
    rejectUnauthenticated: true, // the operation as a whole; never a field left out
    resolveUserFn: (context) => context.jwt?.payload ?? null,
    extractScopes: (token) => opened(token?.scope),
    validateUser: ({ fieldScopes, userScopes, parentType, fieldNode, executionArgs }) =>
      isReached(fieldNode, executionArgs)
        ? lacking(fieldScopes, new Set(userScopes), `${parentType.name}.${fieldNode.name.value}`)
        : undefined,
  },

  maxTokens: terms.limits.tokens,
  maxDepth: terms.limits.nesting,
  blockFieldSuggestions: true,
  requestId: false, // the authority gives it
  // Equal requests of two clients are two: merged ones would be answered, and recorded, by the rights of the first.
  transportEntries: { "*.http": { options: { deduplicateInflightRequests: false } } },
  subgraphErrors: { errorCode: false, subgraphNameProp: false },
  upstreamCancellation: true,
});

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** The access token, whichever scheme shows it. */
function inAuthorization({ request }) {
  const [, prefix, token] = /^(Bearer|DPoP) +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  return token && { token, prefix };
}

/** The scopes behind those of a token: a set stands for many. */
function opened(scope = "") {
  return scope.split(" ").flatMap((name) => terms.scopeSets[name] ?? name);
}

function lacking(required, held, coordinate) {
  if (!required || required.some((together) => together.every((scope) => held.has(scope)))) return undefined;
  const scope = required[0]?.[0];
  return new GraphQLError(`${coordinate} requires scope ${scope}.`, {
    extensions: { code: "SCOPE_REQUIRED", scope, coordinate, http: { status: 403 } },
  });
}
