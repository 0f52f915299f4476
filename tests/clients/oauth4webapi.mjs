// oauth4webapi and jose, against the running server: what each grant gives, and what each of them is refused.
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import { Browser } from "./browser.mjs";
import { callback, check, issuer, keyOf, purpose, refused, run } from "./checks.mjs";
import {
  FIND, NAME, OWN, RELIGION, SET, asBound, asPortal, asTax, askOwn, asked, asserting, bound, consented, credentials,
  exchange, forTaxes, open, portal, push, query, refresh, resource, server, tax, taxKey, taxToken, withNonce,
} from "./flows.mjs";

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
  credentials(tax, asTax, {
    scope: NAME, authorization_details: purpose("tax.assessment", { case_reference: "001085000001" }) }));
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
    server, tax,
    await oauth.genericTokenEndpointRequest(server, tax, asTax, "password", { username: "a", password: "b" }, open),
  ));

// --- Tokens bound to a key (RFC 9449) ------------------------------------------------------------------------------

const pair = await oauth.generateKeyPair("ES256");
const holder = oauth.DPoP(bound, pair);
const boundToken = (options = { DPoP: holder }, scope = `${NAME} ${FIND}`) =>
  withNonce(() => credentials(bound, asBound, { scope, ...forTaxes }, options));

function askBound(token, proof, { method = "POST", url = resource } = {}) {
  const headers = new Headers({ "content-type": "application/json", accept: "application/graphql-response+json" });
  const body = JSON.stringify({ query });
  return oauth.protectedResourceRequest(token, method, new URL(url), headers, body, { ...open, DPoP: proof });
}

/** A resource refuses by status and challenge; this makes it an error, as the functions of token endpoints do. */
async function challenged(attempt) {
  const answer = await withNonce(attempt);
  if (answer.status === 200) return answer;
  const challenge = answer.headers.get("www-authenticate") ?? "";
  throw Object.assign(new Error(`${answer.status} ${challenge}`), { error: challenge.match(/error="([^"]*)"/)?.[1] });
}

let held;
refused("a client of bound tokens that shows no key", "invalid_dpop_proof", () =>
  credentials(bound, asBound, { scope: NAME, ...forTaxes }));
refused("a first proof, which cannot know the nonce", "use_dpop_nonce", () =>
  credentials(bound, asBound, { scope: NAME, ...forTaxes }, { DPoP: oauth.DPoP(bound, pair) }));
check("with the nonce a token is given, bound to the key", async () => {
  held = await boundToken();
  const { cnf } = jose.decodeJwt(held.access_token);
  return held.token_type === "dpop" && cnf.jkt === (await holder.calculateThumbprint());
});
check("an Ed25519 key binds as well", async () => {
  const other = oauth.DPoP(bound, await oauth.generateKeyPair("Ed25519"));
  return (await boundToken({ DPoP: other })).token_type === "dpop";
});
check("the graph answers who shows the key", async () => {
  const { data } = await (await challenged(() => askBound(held.access_token, holder))).json();
  return typeof data.citizen.fullName === "string";
});
check("oauth4webapi accepts token and proof as a resource server would", async () => {
  let seen;
  const seeing = (url, options) => {
    seen = new Request(url, { method: options.method, headers: options.headers });
    return fetch(url, options);
  };
  await oauth.protectedResourceRequest(held.access_token, "POST", new URL(resource), new Headers(), "{}", {
    ...open, DPoP: holder, [oauth.customFetch]: seeing,
  });
  return (await oauth.validateJwtAccessToken(server, seen, resource, { ...open, requireDPoP: true })).cnf !== undefined;
});
check("a stolen bound token, sent as Bearer, is worth nothing", async () =>
  (await ask(held.access_token)).status === 401);
refused("a stolen bound token with the thief's key", "invalid_token", async () => {
  const thief = oauth.DPoP(bound, await oauth.generateKeyPair("ES256"));
  return challenged(() => askBound(held.access_token, thief));
});
check("a proof is good once", async () => {
  let proof;
  const seeing = (url, options) => {
    proof = new Headers(options.headers).get("dpop");
    return fetch(url, options);
  };
  const headers = new Headers({ "content-type": "application/json" });
  const body = JSON.stringify({ query });
  await oauth.protectedResourceRequest(held.access_token, "POST", new URL(resource), headers, body, {
    ...open, DPoP: holder, [oauth.customFetch]: seeing,
  });
  const again = { method: "POST", headers: { ...Object.fromEntries(headers), dpop: proof,
    authorization: `DPoP ${held.access_token}` }, body: JSON.stringify({ query }) };
  return (await fetch(resource, again)).status === 401;
});
refused("a proof from a client of Bearer tokens", "invalid_dpop_proof", () => {
  const needless = oauth.DPoP(tax, pair);
  return withNonce(() => credentials(tax, asTax, { scope: NAME, ...forTaxes }, { DPoP: needless }));
});

// --- What a client asks and says about its tokens ------------------------------------------------------------------

async function introspected(token, client = tax, auth = asTax) {
  const asked = await oauth.introspectionRequest(server, client, auth, token, open);
  return oauth.processIntrospectionResponse(server, client, asked);
}
async function revoke(token, client = tax, auth = asTax) {
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, auth, token, open));
}

check("introspection of its own token says scope, purpose and end (RFC 7662)", async () => {
  const told = await introspected(plain.access_token);
  return told.active && told.scope === NAME && told.client_id === "tax" && told.exp > Date.now() / 1000;
});
check("introspection by another client says nothing but that it is inactive", async () =>
  JSON.stringify(await introspected(plain.access_token, bound, asBound)) === '{"active":false}');
check("introspection of rubbish says the same", async () =>
  JSON.stringify(await introspected("rubbish")) === '{"active":false}');
refused("introspection without authentication", "invalid_client", () =>
  introspected(plain.access_token, tax, oauth.None()));
check("a revoked token is inactive, and refused by the graph within a second (RFC 7009)", async () => {
  const { access_token } = await taxToken();
  await revoke(access_token);
  const inactive = !(await introspected(access_token)).active;
  const end = Date.now() + 1000;
  let status;
  do status = (await ask(access_token, "{ __typename }")).status; while (status !== 401 && Date.now() < end);
  return inactive && status === 401;
});
check("revoking another client's token does nothing and says nothing", async () => {
  await revoke(plain.access_token, bound, asBound);
  return (await introspected(plain.access_token)).active;
});
check("revoking rubbish is fine", () => revoke("rubbish"));

// --- A portal and a citizen: PAR, code, refresh --------------------------------------------------------------------

let flow, own;
check("a pushed request is kept under a name (RFC 9126)", async () =>
  (await push()).request_uri.startsWith("urn:ietf:params:oauth:request_uri:"));
check("a citizen signs in, consents, and is sent back with code, state and iss (RFC 9207)", async () => {
  flow = await consented();
  return flow.answer.get("code").length >= 22;
});
check("the code becomes a bound token and a refresh token", async () => {
  own = await exchange(flow);
  return own.token_type === "dpop" && own.refresh_token.length >= 22 && own.scope.includes("full_name");
});
check("the token answers for the citizen who signed in", async () => {
  const { data } = await (await askOwn(own.access_token)).json();
  return data.me.fullName.length > 1 && /^19|^20/.test(data.me.dateOfBirth);
});
check("nobody can read the citizen's number in the token", () => {
  const claims = JSON.stringify(jose.decodeJwt(own.access_token));
  return !claims.includes("001085000001");
});
check("a refresh token gives another token, with less where less is asked for", async () => {
  const narrower = { additionalParameters: { scope: "identity:citizen.full_name:read" } };
  const again = await refresh(own.refresh_token, narrower);
  return again.scope === "identity:citizen.full_name:read" && again.refresh_token === undefined;
});
check("a refresh token is good again: it is not rotated (FAPI 2.0)", async () =>
  (await refresh(own.refresh_token)).token_type === "dpop");
refused("refreshing what was not consented to", "invalid_scope", () =>
  refresh(own.refresh_token, { additionalParameters: { scope: "identity:citizen.sex:read" } }));
refused("refreshing with another key", "invalid_grant", async () =>
  refresh(own.refresh_token, { DPoP: oauth.DPoP(portal, await oauth.generateKeyPair("ES256")) }));
refused("a code used twice", "invalid_grant", () => exchange(flow));
check("and everything that came of it is revoked", async () => {
  const access = await introspected(own.access_token, portal, asPortal);
  const refreshed = await introspected(own.refresh_token, portal, asPortal);
  return !access.active && !refreshed.active;
});
refused("a citizen who says no", "access_denied", () => consented({ answer: "no", pushed: { prompt: "consent" } }));
refused("a code with another verifier", "invalid_grant", async () =>
  exchange(await consented(), { verifier: oauth.generateRandomCodeVerifier() }));
refused("a code with another key", "invalid_dpop_proof", async () =>
  exchange(await consented(), { DPoP: oauth.DPoP(portal, await oauth.generateKeyPair("ES256")) }));
refused("a code for another address", "invalid_grant", async () =>
  exchange(await consented(), { callback: "http://localhost:9700/elsewhere" }));
refused("pushing without PKCE", "invalid_request", () => push({ code_challenge: null, code_challenge_method: null }));
refused("pushing with plain PKCE", "invalid_request", () => push({ code_challenge_method: "plain" }));
refused("pushing an address that is not registered", "invalid_request", () =>
  push({ redirect_uri: "https://elsewhere.example/callback" }));
refused("pushing without a purpose", "invalid_authorization_details", () => push({ authorization_details: null }));
refused("pushing a scope that portals do not have", "invalid_scope", () => push({ scope: FIND }));
refused("pushing by a client that is no portal", "unauthorized_client", () => push({}, asBound, bound));
check("what was pushed can be answered once", async () => {
  const used = await push();
  const browser = new Browser();
  await browser.decide(used.address);
  return (await browser.visit(used.address)).status >= 400;
});
check("an authorization request that was not pushed is not answered", async () => {
  const address = new URL(server.authorization_endpoint);
  address.search = new URLSearchParams({
    client_id: "citizen-app", response_type: "code", redirect_uri: callback, scope: OWN, code_challenge: "a".repeat(43),
    code_challenge_method: "S256",
  });
  const page = await new Browser().visit(address);
  return !page.left && page.status === 400;
});

// --- A one-stop system calls on (RFC 8693) -------------------------------------------------------------------------

const desk = { client_id: "hanoi-exchange" };
const asDesk = oauth.PrivateKeyJwt(await keyOf("hanoi-exchange"));
const deskHolder = oauth.DPoP(desk, await oauth.generateKeyPair("ES256"));
const TYPE = "urn:ietf:params:oauth:token-type:access_token";

const exchanged = (token, { client = desk, auth = asDesk, DPoP = deskHolder, ...given } = {}) => withNonce(async () =>
  oauth.processGenericTokenEndpointResponse(server, client, await oauth.genericTokenEndpointRequest(
    server, client, auth, "urn:ietf:params:oauth:grant-type:token-exchange",
    { subject_token: token, subject_token_type: TYPE, ...given }, { ...open, DPoP },
  )));

let citizens;
check("a system exchanges a portal's token and the chain stands in it", async () => {
  citizens = await exchange(await consented());
  const given = await exchanged(citizens.access_token);
  const { act, client_id } = jose.decodeJwt(given.access_token);
  return client_id === "hanoi-exchange" && act.sub === "hanoi-exchange" && act.act.sub === "citizen-app"
    && given.issued_token_type === TYPE;
});
check("the exchanged token answers for the same citizen", async () => {
  const { access_token } = await exchanged(citizens.access_token);
  const { data } = await (await askOwn(access_token, deskHolder)).json();
  return data.me.fullName === (await (await askOwn(citizens.access_token)).json()).data.me.fullName;
});
refused("exchanging its own token", "invalid_request", async () => {
  const { access_token } = await exchanged(citizens.access_token);
  return exchanged(access_token);
});
refused("exchanging for more than the token says", "invalid_scope", () =>
  exchanged(citizens.access_token, { scope: "identity:citizen.sex:read" }));
refused("exchanging by a client that was not registered to", "unauthorized_client", () =>
  exchanged(citizens.access_token, { client: bound, auth: asBound, DPoP: holder }));
refused("exchanging rubbish", "invalid_request", () => exchanged("rubbish"));
refused("exchanging a token that was revoked", "invalid_request", async () => {
  const { access_token } = await exchange(await consented());
  await revoke(access_token, portal, asPortal);
  return exchanged(access_token);
});

function ask(token, asked = query, headers = {}) {
  return fetch(resource, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json",
               authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query: asked }),
  });
}

await run();
