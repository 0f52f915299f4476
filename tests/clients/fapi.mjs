// FAPI 2.0 Security Profile: its demands on an authorization server and on a resource, one check each.
// Not here, since they are about a deployment: TLS and its ciphers. That addresses of portals are https outside of
// loopback is demanded where clients are registered.
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import { Browser } from "./browser.mjs";
import { callback, check, keyOf, purpose, refused, run } from "./checks.mjs";
import {
  NAME, OWN, asBound, asPortal, askOwn, bound, consented, credentials, exchange, forTaxes, open, portal, portalHolder,
  push, refresh, resource, server, withNonce,
} from "./flows.mjs";

const seconds = () => Math.floor(Date.now() / 1000);
const portalKey = await keyOf("citizen-app");
const boundKey = await keyOf("tax-service");
const pair = await oauth.generateKeyPair("ES256");

/** A token of the system client: the assertion, or the proof, changed before it is signed. */
const given = ({ assertion, proof } = {}) => {
  const auth = oauth.PrivateKeyJwt(boundKey, { [oauth.modifyAssertion]: assertion ?? (() => {}) });
  const DPoP = oauth.DPoP(bound, pair, { [oauth.modifyAssertion]: proof ?? (() => {}) });
  return withNonce(() => credentials(bound, auth, { scope: NAME, ...forTaxes }, { DPoP }));
};

/** A form, as no library would send it. */
async function posted(endpoint, form) {
  const answer = await fetch(endpoint, { method: "POST", body: new URLSearchParams(form) });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** A sound assertion of the portal; header and claims changed as told, signed by a key of that algorithm. */
async function assertion(alg = "ES256", changed = {}) {
  const key = alg === "ES256" ? portalKey.key : (await jose.generateKeyPair(alg, { extractable: true })).privateKey;
  const claims = { iss: "citizen-app", sub: "citizen-app", aud: server.issuer, jti: crypto.randomUUID(),
    iat: seconds(), exp: seconds() + 60, ...changed };
  return new jose.SignJWT(claims).setProtectedHeader({ alg, kid: portalKey.kid }).sign(key);
}
const authenticated = async (text) => ({
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  client_assertion: text ?? (await assertion()),
});

// --- The server ----------------------------------------------------------------------------------------------------

check("metadata are published, and the issuer in them is the one that was asked", () =>
  server.issuer === process.env.ISSUER);
check("only confidential clients: none authenticates by nothing or by a secret", () =>
  server.token_endpoint_auth_methods_supported.join() === "private_key_jwt");
check("no implicit grant and no password grant", () =>
  !server.grant_types_supported.includes("password") && !server.grant_types_supported.includes("implicit")
    && server.response_types_supported.join() === "code");
refused("the password grant", "unsupported_grant_type", async () => {
  const { body } = await posted(server.token_endpoint, {
    grant_type: "password", username: "a", password: "b", ...(await authenticated()) });
  throw body;
});

// --- Tokens that only their holder can use -------------------------------------------------------------------------

let own;
check("access tokens are bound to a key of the client (RFC 9449)", async () => {
  own = await exchange(await consented());
  const { cnf } = jose.decodeJwt(own.access_token);
  return own.token_type === "dpop" && cnf.jkt === (await portalHolder.calculateThumbprint());
});
refused("a token request without a proof", "invalid_dpop_proof", () =>
  credentials(bound, asBound, { scope: NAME, ...forTaxes }));
check("a bound token is refused without a proof", async () => {
  const headers = { authorization: `DPoP ${own.access_token}`, "content-type": "application/json" };
  const answer = await fetch(resource, { method: "POST", headers, body: '{"query":"{ __typename }"}' });
  return answer.status === 401 && answer.headers.get("www-authenticate").includes("DPoP");
});
check("a token in the address is not read", async () => {
  const answer = await fetch(`${resource}?access_token=${own.access_token}&query={__typename}`);
  return answer.status === 401;
});
refused("a proof for another endpoint", "invalid_dpop_proof", () =>
  given({ proof: (_, claims) => { claims.htu = server.introspection_endpoint; } }));
refused("a proof for another method", "invalid_dpop_proof", () =>
  given({ proof: (_, claims) => { claims.htm = "GET"; } }));
refused("a proof that was used", "invalid_dpop_proof", async () => {
  const again = { proof: (_, claims) => { if (claims.nonce) claims.jti = "used-once-only"; } };
  await given(again);
  return given(again);
});
check("a proof dated 8 seconds ahead is accepted: clocks differ", () =>
  given({ proof: (_, claims) => { claims.iat += 8; } }));
refused("a proof dated more than a minute ahead", "invalid_dpop_proof", () =>
  given({ proof: (_, claims) => { claims.iat += 70; } }));

// --- Clients show who they are -------------------------------------------------------------------------------------

check("an assertion for the issuer, as one string, is accepted", () => given());
refused("an assertion for several audiences", "invalid_client", () =>
  given({ assertion: (_, claims) => { claims.aud = [server.issuer, "https://elsewhere.example"]; } }));
refused("an assertion for the token endpoint", "invalid_client", () =>
  given({ assertion: (_, claims) => { claims.aud = server.token_endpoint; } }));
check("an assertion dated 8 seconds ahead is accepted: clocks differ", () =>
  given({ assertion: (_, claims) => { claims.iat += 8; claims.nbf += 8; } }));
refused("an assertion dated more than a minute ahead", "invalid_client", () =>
  given({ assertion: (_, claims) => { claims.iat += 70; claims.nbf += 70; claims.exp += 70; } }));
const refusedAlgorithm = async (alg) => {
  const { body } = await posted(server.token_endpoint, {
    grant_type: "client_credentials", ...(await authenticated(await assertion(alg))) });
  return body.error === "invalid_client";
};
check("an assertion signed RS256 is refused", () => refusedAlgorithm("RS256"));
check("an assertion signed HS256 is refused", async () => {
  const secret = new TextEncoder().encode("a secret that both sides could know");
  const text = await new jose.SignJWT({ iss: "citizen-app", sub: "citizen-app", aud: server.issuer, jti: "hs",
    exp: seconds() + 60 }).setProtectedHeader({ alg: "HS256", kid: portalKey.kid }).sign(secret);
  const { body } = await posted(server.token_endpoint, {
    grant_type: "client_credentials", ...(await authenticated(text)) });
  return body.error === "invalid_client";
});
check("an assertion signed ES384 is refused", () => refusedAlgorithm("ES384"));
check("an unsigned assertion is refused", async () => {
  const [, claims] = (await assertion()).split(".");
  const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${claims}.`;
  const { body } = await posted(server.token_endpoint, {
    grant_type: "client_credentials", ...(await authenticated(none)) });
  return body.error === "invalid_client";
});
check("client_id and assertion must agree", async () => {
  const { body } = await posted(server.token_endpoint, {
    grant_type: "client_credentials", client_id: "tax", ...(await authenticated()) });
  return body.error === "invalid_client";
});

// --- Authorization requests ----------------------------------------------------------------------------------------

check("pushed requests are required, and said to be", () => server.require_pushed_authorization_requests === true);
check("a pushed request is good for less than ten minutes", async () => {
  const DPoP = oauth.DPoP(portal, await oauth.generateKeyPair("ES256"));
  const parameters = { response_type: "code", redirect_uri: callback, scope: OWN, code_challenge: "a".repeat(43),
    code_challenge_method: "S256", authorization_details: purpose("citizen.self_service") };
  const answer = await withNonce(async () => oauth.processPushedAuthorizationResponse(server, portal,
    await oauth.pushedAuthorizationRequest(server, portal, asPortal, parameters, { ...open, DPoP })));
  return answer.expires_in < 600;
});
check("pushing demands authentication", async () => {
  const { body } = await posted(server.pushed_authorization_request_endpoint, {
    client_id: "citizen-app", response_type: "code", redirect_uri: callback, scope: OWN });
  return body.error === "invalid_client";
});
check("what stands in the browser's address besides is ignored", async () => {
  const flow = await push();
  flow.address.searchParams.set("redirect_uri", "https://elsewhere.example/callback");
  flow.address.searchParams.set("scope", "identity:citizen.sex:read");
  flow.address.searchParams.set("state", "another");
  const back = await new Browser().decide(flow.address);
  const answer = oauth.validateAuthResponse(server, portal, back, flow.state);
  const { scope } = await exchange({ ...flow, answer });
  return back.href.startsWith(callback) && scope === OWN.split(" ").sort().join(" ");
});
check("a pushed request is that of its client only", async () => {
  const { address } = await push();
  address.searchParams.set("client_id", "citizen-portal");
  const page = await new Browser().visit(address);
  return page.status === 400 && !page.left;
});
check("an address that is not registered is never redirected to", async () => {
  const address = new URL(server.authorization_endpoint);
  address.search = new URLSearchParams({ client_id: "citizen-app", redirect_uri: "https://elsewhere.example/" });
  return !(await new Browser().visit(address)).left;
});
refused("an address that differs by its end", "invalid_request", () => push({ redirect_uri: `${callback}/` }));
refused("a request without an address", "invalid_request", () => push({ redirect_uri: null }));
refused("a request without PKCE", "invalid_request", () => push({ code_challenge: null, code_challenge_method: null }));
refused("PKCE that sends its secret", "invalid_request", () => push({ code_challenge_method: "plain" }));
refused("a response type without a code", "invalid_request", () => push({ response_type: "token" }));
refused("a request inside the request", "invalid_request", () => push({ request_uri: "urn:x:y" }));
refused("the code and the proof of the push name different keys", "invalid_dpop_proof", () =>
  push({ dpop_jkt: "a".repeat(43) }));

// --- Authorization responses ---------------------------------------------------------------------------------------

check("the response names the issuer (RFC 9207)", async () =>
  (await new Browser().decide((await push()).address)).searchParams.get("iss") === server.issuer);
check("a refusal names the issuer, too", async () => {
  const back = await new Browser().decide((await push({ prompt: "consent" })).address, { answer: "no" });
  return back.searchParams.get("iss") === server.issuer && back.searchParams.get("error") === "access_denied";
});
check("codes and refresh tokens cannot be guessed: 128 bits at least, never the same", async () => {
  const flow = await consented();
  const another = await consented();
  const code = flow.answer.get("code");
  return code.length >= 22 && code !== another.answer.get("code") && own.refresh_token.length >= 22;
});
refused("a code used twice", "invalid_grant", async () => {
  const flow = await consented();
  await exchange(flow);
  return exchange(flow);
});
check("of ten who bring one code at once no more than one is served", async () => {
  const flow = await consented();
  const tried = await Promise.allSettled(Array.from({ length: 10 }, () => exchange(flow)));
  return tried.filter((each) => each.status === "fulfilled").length <= 1;
});
refused("a code brought by another client", "invalid_grant", async () => {
  const flow = await consented();
  const other = { client_id: "hanoi-exchange" };
  const auth = oauth.PrivateKeyJwt(await keyOf("hanoi-exchange"));
  return withNonce(async () => oauth.processAuthorizationCodeResponse(server, other,
    await oauth.authorizationCodeGrantRequest(server, other, auth, flow.answer, callback, flow.verifier,
      { ...open, DPoP: portalHolder })));
});
refused("a code without its verifier", "invalid_grant", async () =>
  exchange(await consented(), { verifier: oauth.generateRandomCodeVerifier() }));

// --- Tokens and after ----------------------------------------------------------------------------------------------

check("tokens are not to be kept by anybody on the way", async () => {
  const { headers } = await posted(server.token_endpoint, {
    grant_type: "client_credentials", ...(await authenticated()) });
  return headers.get("cache-control") === "no-store";
});
check("refresh tokens are not rotated", async () => {
  own = await exchange(await consented());
  const first = await refresh(own.refresh_token);
  const second = await refresh(own.refresh_token);
  return first.refresh_token === undefined && second.token_type === "dpop";
});
check("a refresh token is nobody's but its client's", async () => {
  const auth = oauth.PrivateKeyJwt(await keyOf("hanoi-exchange"));
  const other = { client_id: "hanoi-exchange" };
  const failed = await withNonce(async () => oauth.processRefreshTokenResponse(server, other,
    await oauth.refreshTokenGrantRequest(server, other, auth, own.refresh_token, { ...open, DPoP: portalHolder })))
    .then(() => null, (error) => error.error);
  return failed === "invalid_grant";
});
check("a token says for whom it is meant, and the resource holds it to that", async () => {
  const { aud } = jose.decodeJwt(own.access_token);
  const office = new URL("/office/graphql", resource);
  const answer = await fetch(office, { method: "POST", headers: { "content-type": "application/json",
    authorization: `DPoP ${own.access_token}` }, body: '{"query":"{ __typename }"}' });
  return aud === resource && answer.status === 401;
});
check("the resource answers the holder", async () =>
  (await (await askOwn(own.access_token)).json()).data.me.fullName.length > 1);

await run();
