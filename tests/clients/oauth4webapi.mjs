// oauth4webapi and jose, against the running server: what each grant gives, and what each of them is refused.
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import { check, issuer, keyOf, purpose, refused, run } from "./checks.mjs";

const open = { [oauth.allowInsecureRequests]: true };
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...open }),
);
const resource = `${server.issuer}/graphql`;
const tax = { client_id: "tax" };
const bound = { client_id: "tax-service" };
const taxKey = await keyOf("tax");
const boundKey = await keyOf("tax-service");
const asTax = oauth.PrivateKeyJwt(taxKey);
const asBound = oauth.PrivateKeyJwt(boundKey);
const [SET, NAME, FIND] = ["set:demo.tax.v1", "identity:citizen.full_name:read", "identity:citizen.pin:lookup"];
const RELIGION = "population:citizen.religion:read"; // nobody grants it to the tax office
const forTaxes = { authorization_details: purpose("tax.assessment") };
const query = '{ citizen(pin: "001085000001") { fullName } }';

const withNonce = async (attempt) => {
  try {
    return await attempt();
  } catch (error) {
    if (oauth.isDPoPNonceError(error)) return attempt();
    throw error;
  }
};

async function credentials(client, auth, given, options = {}) {
  const asked = await oauth.clientCredentialsGrantRequest(server, client, auth, given, { ...open, ...options });
  return oauth.processClientCredentialsResponse(server, client, asked);
}

const taxToken = (scope = NAME, auth = asTax) => credentials(tax, auth, { scope, ...forTaxes });
const asserting = (change) => oauth.PrivateKeyJwt(taxKey, { [oauth.modifyAssertion]: change });

// --- What anybody can look up --------------------------------------------------------------------------------------

check("metadata names the issuer that was asked (RFC 8414)", () => server.issuer === issuer.origin);
check("metadata names one way to authenticate: private_key_jwt", () =>
  server.token_endpoint_auth_methods_supported.join() === "private_key_jwt");
check("metadata of the resource names its server (RFC 9728)", async () => {
  const url = new URL(resource);
  const found = await oauth.processResourceDiscoveryResponse(url, await oauth.resourceDiscoveryRequest(url, open));
  return found.authorization_servers.join() === server.issuer && found.resource === resource;
});
check("published keys hold no private member", async () => {
  const { keys } = await (await fetch(server.jwks_uri)).json();
  return keys.length > 0 && keys.every((key) => key.kid && key.alg === "ES256" && !("d" in key));
});

// --- Client credentials --------------------------------------------------------------------------------------------

let plain;
check("client credentials with ES256 give five minutes and one purpose", async () => {
  plain = await taxToken();
  return plain.token_type === "bearer" && plain.expires_in === 300 && plain.scope === NAME
    && plain.authorization_details[0].purpose === "tax.assessment";
});
check("jose verifies the token by the published keys (RFC 9068)", async () => {
  const keys = jose.createRemoteJWKSet(new URL(server.jwks_uri));
  const { payload } = await jose.jwtVerify(plain.access_token, keys, {
    issuer: server.issuer, audience: resource, typ: "at+jwt", algorithms: ["ES256"],
  });
  return payload.client_id === "tax";
});
check("oauth4webapi accepts the token as a resource server would", async () => {
  const asked = new Request(resource, { headers: { authorization: `Bearer ${plain.access_token}` } });
  return (await oauth.validateJwtAccessToken(server, asked, resource, open)).scope === NAME;
});
check("a granted field is answered", async () => {
  const { access_token } = await taxToken(`${NAME} ${FIND}`);
  const { data } = await (await ask(access_token)).json();
  return typeof data.citizen.fullName === "string";
});
check("a set is asked for by its name", async () => (await taxToken(SET)).scope === SET);
check("without purpose and scope a token reads public facts only", async () => {
  const bare = await credentials(tax, asTax, {});
  const answer = await ask(bare.access_token);
  return answer.status === 403 && (await answer.json()).errors[0].extensions.code === "PURPOSE_REQUIRED";
});

refused("a scope that is not granted", "invalid_scope", () => taxToken(`${NAME} ${RELIGION}`));
refused("a scope that does not exist", "invalid_scope", () => taxToken("everything"));
refused("a wildcard", "invalid_scope", () => taxToken("identity:citizen.*:read"));
refused("a scope without a purpose", "invalid_scope", () => credentials(tax, asTax, { scope: NAME }));
refused("a purpose that is not on the list", "invalid_authorization_details", () =>
  credentials(tax, asTax, { scope: NAME, authorization_details: purpose("curiosity") }));
refused("a purpose with a member that means nothing here", "invalid_authorization_details", () =>
  credentials(tax, asTax, { scope: NAME, authorization_details: purpose("tax.assessment", { urgent: true }) }));
refused("a case reference that could be a person's number", "invalid_authorization_details", () =>
  credentials(tax, asTax, { scope: NAME, authorization_details: purpose("tax.assessment", { case_reference: "001085000001" }) }));
refused("a secret in place of an assertion", "invalid_request", () => taxToken(NAME, oauth.ClientSecretPost("secret")));
refused("no authentication", "invalid_client", () => taxToken(NAME, oauth.None()));
refused("an assertion by a key that nobody registered", "invalid_client", async () => {
  const { privateKey } = await oauth.generateKeyPair("ES256");
  return taxToken(NAME, oauth.PrivateKeyJwt({ key: privateKey, kid: taxKey.kid }));
});
refused("an assertion by another client's key", "invalid_client", () => taxToken(NAME, asBound));
refused("an assertion for another server", "invalid_client", () =>
  taxToken(NAME, asserting((_, claims) => { claims.aud = "https://elsewhere.example"; })));
refused("an assertion for the token endpoint instead of the issuer", "invalid_client", () =>
  taxToken(NAME, asserting((_, claims) => { claims.aud = server.token_endpoint; })));
refused("an assertion for several servers", "invalid_client", () =>
  taxToken(NAME, asserting((_, claims) => { claims.aud = [server.issuer, "https://elsewhere.example"]; })));
refused("an assertion that lives an hour", "invalid_client", () =>
  taxToken(NAME, asserting((_, claims) => { claims.exp += 3600; })));
refused("an assertion that has expired", "invalid_client", () =>
  taxToken(NAME, asserting((_, claims) => { claims.iat -= 120; claims.nbf -= 120; claims.exp -= 120; })));
refused("an assertion used before", "invalid_client", async () => {
  const again = asserting((_, claims) => { claims.jti = `again-${process.pid}`; });
  await taxToken(NAME, again);
  return taxToken(NAME, again);
});
refused("a grant type that is not offered", "unsupported_grant_type", async () =>
  oauth.processGenericTokenEndpointResponse(
    server, tax, await oauth.genericTokenEndpointRequest(server, tax, asTax, "password", { username: "a", password: "b" }, open),
  ));

function ask(token, asked = query, headers = {}) {
  return fetch(resource, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json",
               authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query: asked }),
  });
}

await run();
