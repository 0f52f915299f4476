// openid-client, against the running server: the flows as an application's developer writes them.
import * as client from "openid-client";
import { check, issuer, keyOf, purpose, run } from "./checks.mjs";

async function discovered(name) {
  const options = { algorithm: "oauth2", execute: [client.allowInsecureRequests] };
  return client.discovery(issuer, name, undefined, client.PrivateKeyJwt(await keyOf(name)), options);
}

const tax = await discovered("tax");
const forTaxes = { scope: "set:demo.tax.v1", authorization_details: purpose("tax.assessment") };

check("discovery by the issuer alone", () => tax.serverMetadata().issuer === issuer.origin);
check("client credentials as Bearer", async () => {
  const given = await client.clientCredentialsGrant(tax, forTaxes);
  return given.token_type === "bearer" && given.expiresIn() <= 300;
});

await run();
