// openid-client, against the running server: the flows as an application's developer writes them.
import * as client from "openid-client";
import { Browser } from "./browser.mjs";
import { callback, check, issuer, keyOf, purpose, refused, run } from "./checks.mjs";

async function discovered(name) {
  const options = { algorithm: "oauth2", execute: [client.allowInsecureRequests] };
  return client.discovery(issuer, name, undefined, client.PrivateKeyJwt(await keyOf(name)), options);
}

const resource = new URL("/graphql", issuer);
const tax = await discovered("tax");
const bound = await discovered("tax-service");
const portal = await discovered("citizen-app");
const holder = client.getDPoPHandle(bound, await client.randomDPoPKeyPair("ES256"));
const portalHolder = client.getDPoPHandle(portal, await client.randomDPoPKeyPair("Ed25519"));
const forTaxes = {
  scope: "identity:citizen.full_name:read identity:citizen.pin:lookup",
  authorization_details: purpose("tax.assessment"),
};

const ask = (config, token, query, proof) => client.fetchProtectedResource(
  config, token, resource, "POST", JSON.stringify({ query }), new Headers({ "content-type": "application/json" }),
  proof && { DPoP: proof },
);

check("discovery by the issuer alone", () => tax.serverMetadata().issuer === issuer.origin);
check("client credentials as Bearer", async () => {
  const given = await client.clientCredentialsGrant(tax, forTaxes);
  return given.token_type === "bearer" && given.expiresIn() <= 300;
});
let held;
check("client credentials bound to a key: the nonce is taken up without a word", async () => {
  held = await client.clientCredentialsGrant(bound, forTaxes, { DPoP: holder });
  return held.token_type === "dpop";
});
check("the graph answers a bound token, its own nonce included", async () => {
  const answer = await ask(bound, held.access_token, '{ citizen(pin: "001085000001") { fullName } }', holder);
  return typeof (await answer.json()).data.citizen.fullName === "string";
});
refused("a scope that is not granted", "invalid_scope", () =>
  client.clientCredentialsGrant(tax, { ...forTaxes, scope: "population:citizen.religion:read" }));
check("introspection and revocation of its own token", async () => {
  const before = await client.tokenIntrospection(bound, held.access_token);
  await client.tokenRevocation(bound, held.access_token);
  const after = await client.tokenIntrospection(bound, held.access_token);
  return before.active && before.token_type?.toLowerCase() === "dpop" && !after.active;
});

let own;
check("a portal pushes, a citizen consents, a code becomes a token", async () => {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const address = await client.buildAuthorizationUrlWithPAR(portal, {
    redirect_uri: callback,
    scope: "set:demo.citizen_app.v1",
    state,
    authorization_details: purpose("citizen.self_service", { case_reference: "G22-260115-0002" }),
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }, { DPoP: portalHolder });
  const back = await new Browser().decide(address);
  const expected = { pkceCodeVerifier: verifier, expectedState: state };
  own = await client.authorizationCodeGrant(portal, back, expected, undefined, { DPoP: portalHolder });
  return own.token_type === "dpop" && own.authorization_details[0].purpose === "citizen.self_service";
});
check("the token answers for its citizen", async () => {
  const answer = await ask(portal, own.access_token, "{ me { fullName } }", portalHolder);
  return (await answer.json()).data.me.fullName.length > 1;
});
check("a refresh token gives another", async () => {
  const again = await client.refreshTokenGrant(portal, own.refresh_token, undefined, { DPoP: portalHolder });
  return again.token_type === "dpop" && again.access_token !== own.access_token;
});
check("a revoked refresh token is inactive and refreshes nothing", async () => {
  await client.tokenRevocation(portal, own.refresh_token);
  const { active } = await client.tokenIntrospection(portal, own.refresh_token);
  const failed = await client.refreshTokenGrant(portal, own.refresh_token, undefined, { DPoP: portalHolder })
    .then(() => null, (error) => error.error);
  return !active && failed === "invalid_grant";
});

await run();
