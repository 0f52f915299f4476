// The flows of two demo clients and of a portal, by oauth4webapi: what the suites do first, and then vary.
import * as oauth from "oauth4webapi";
import { Browser } from "./browser.mjs";
import { callback, issuer, keyOf, purpose } from "./checks.mjs";

export const open = { [oauth.allowInsecureRequests]: true };
export const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...open }),
);
export const resource = `${server.issuer}/graphql`;
export const tax = { client_id: "tax" };
export const bound = { client_id: "tax-service" };
export const taxKey = await keyOf("tax");
export const boundKey = await keyOf("tax-service");
export const asTax = oauth.PrivateKeyJwt(taxKey);
export const asBound = oauth.PrivateKeyJwt(boundKey);
export const [SET, NAME, FIND] = ["set:demo.tax.v1", "identity:citizen.full_name:read", "identity:citizen.pin:lookup"];
export const RELIGION = "population:citizen.religion:read"; // nobody grants it to the tax office
export const forTaxes = { authorization_details: purpose("tax.assessment") };
export const query = '{ citizen(pin: "001085000001") { fullName } }';

export const withNonce = async (attempt) => {
  try {
    return await attempt();
  } catch (error) {
    if (oauth.isDPoPNonceError(error)) return attempt();
    throw error;
  }
};

export async function credentials(client, auth, given, options = {}) {
  const asked = await oauth.clientCredentialsGrantRequest(server, client, auth, given, { ...open, ...options });
  return oauth.processClientCredentialsResponse(server, client, asked);
}

export const taxToken = (scope = NAME, auth = asTax) => credentials(tax, auth, { scope, ...forTaxes });
export const asserting = (change) => oauth.PrivateKeyJwt(taxKey, { [oauth.modifyAssertion]: change });

export const portal = { client_id: "citizen-app" };
export const asPortal = oauth.PrivateKeyJwt(await keyOf("citizen-app"));
export const portalHolder = oauth.DPoP(portal, await oauth.generateKeyPair("ES256"));
export const OWN = "identity:citizen.full_name:read identity:citizen.date_of_birth:read";
export const forCitizens = {
  authorization_details: purpose("citizen.self_service", { case_reference: "G22-260115-0002" }),
};
export const asked = "{ me { fullName dateOfBirth } }";

export async function push(changed = {}, auth = asPortal, client = portal) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const parameters = new URLSearchParams({
    response_type: "code", redirect_uri: callback, scope: OWN, state, ...forCitizens,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  });
  for (const [name, value] of Object.entries(changed))
    value === null ? parameters.delete(name) : parameters.set(name, value);
  const { request_uri } = await withNonce(async () => oauth.processPushedAuthorizationResponse(
    server, client,
    await oauth.pushedAuthorizationRequest(server, client, auth, parameters, { ...open, DPoP: portalHolder }),
  ));
  const address = new URL(server.authorization_endpoint);
  address.search = new URLSearchParams({ client_id: client.client_id, request_uri });
  return { address, verifier, state, request_uri };
}

export async function consented(how = {}) {
  const flow = await push(how.pushed);
  const back = await new Browser().decide(flow.address, how);
  return { ...flow, answer: oauth.validateAuthResponse(server, portal, back, flow.state) };
}

export const exchange = (flow, options = {}) => withNonce(async () => oauth.processAuthorizationCodeResponse(
  server, portal,
  await oauth.authorizationCodeGrantRequest(server, portal, asPortal, flow.answer, options.callback ?? callback,
    options.verifier ?? flow.verifier, { ...open, DPoP: options.DPoP ?? portalHolder }),
));
export const refresh = (token, options = {}) => withNonce(async () => oauth.processRefreshTokenResponse(
  server, portal,
  await oauth.refreshTokenGrantRequest(server, portal, asPortal, token, { ...open, DPoP: portalHolder, ...options }),
));
export const askOwn = (token, proof = portalHolder) => withNonce(() => oauth.protectedResourceRequest(
  token, "POST", new URL(resource), new Headers({ "content-type": "application/json" }),
  JSON.stringify({ query: asked }), { ...open, DPoP: proof },
));
