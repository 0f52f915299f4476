// What the suites of Node share: named checks, the server's metadata, the demo clients' keys, and a citizen's browser.
// Each check is a line of JSON on stdout: {"name", "failed"}; pytest makes a test of every one.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const issuer = new URL(process.env.ISSUER);
export const callback = "http://localhost:9700/callback";
const named = [];

/** One demand: `holds` throws, or answers false, where it is not met. */
export function check(name, holds) {
  named.push([name, holds]);
}

/** A demand that something be refused, with this error code. */
export function refused(name, code, attempt) {
  check(name, async () => {
    const error = await attempt().then(
      () => { throw new Error("it was accepted"); },
      (caught) => caught,
    );
    if (codeOf(error) !== code) throw new Error(`refused with ${codeOf(error)}: ${error.message}`);
  });
}

function codeOf(error) {
  return error.error ?? error.cause?.error ?? error.cause?.[0]?.parameters?.error ?? error.code ?? error.message;
}

/** Run all, in their order, since a later one may use what an earlier one was given. */
export async function run() {
  for (const [name, holds] of named) {
    let failed = null;
    try {
      if ((await holds()) === false) failed = "does not hold";
    } catch (error) {
      failed = `${error.name} ${error.code ?? ""} ${error.message} ${JSON.stringify(error.cause ?? "").slice(0, 400)}`;
    }
    process.stdout.write(JSON.stringify({ name, failed }) + "\n");
  }
}

/** The private key of a demo client, as WebCrypto holds it; `kid` is its RFC 7638 thumbprint. */
export async function keyOf(client) {
  const jwk = JSON.parse(readFileSync(join(process.env.KEYS, `demo-${client}.jwk`)));
  const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(members));
  const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  return { key, kid: Buffer.from(digest).toString("base64url") };
}

/** RFC 9396: why a client asks. */
export function purpose(code, changed = {}) {
  const detail = { type: "urn:lienthong:purpose", purpose: code, case_reference: "G12-260115-0003", ...changed };
  return JSON.stringify([detail]);
}
