// Runs the audits of GraphQL over HTTP against a server. Arguments: URL, access token. Stdout: [[status, name, reason]].
import { serverAudits } from "graphql-http";

const [url, token] = process.argv.slice(2);
const fetchFn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });

const results = [];
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn();
  results.push([result.status, audit.name, result.reason ?? ""]);
}
process.stdout.write(JSON.stringify(results));
