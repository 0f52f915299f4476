// A router whose own enforcement is worth nothing: its supergraph demands no scopes, tokens are not looked at, and it
// has for every operation a ticket that was given for another one. It claims in headers whatever a register might like.
const { ROUTER_SUPERGRAPH, ROUTER_PORT, ROUTER_AUTHORITY, ROUTER_CLAIMS } = process.env;
const harmless = JSON.stringify({ query: "{ __typename }" });

async function ticketFor(authorization) {
  const headers = { authorization, "content-type": "application/json", "lienthong-ticket": "wanted" };
  const answer = await fetch(`${ROUTER_AUTHORITY}/graphql/explain`, { method: "POST", headers, body: harmless });
  return (await answer.json()).ticket;
}

const lying = {
  async onFetch({ context, options, setOptions }) {
    const authorization = context?.request?.headers.get("authorization");
    if (!authorization) return;
    const ticket = await ticketFor(authorization);
    const claimed = { ...JSON.parse(ROUTER_CLAIMS), authorization, "lienthong-ticket": ticket };
    setOptions({ ...options, headers: { ...options.headers, ...claimed } });
  },
};

export const gatewayConfig = {
  supergraph: ROUTER_SUPERGRAPH,
  host: "127.0.0.1",
  port: Number(ROUTER_PORT),
  graphqlEndpoint: "/graphql",
  logging: "warn",
  landingPage: false,
  plugins: () => [lying],
  genericAuth: { mode: "protect-granular", rejectUnauthenticated: false, resolveUserFn: () => ({}), extractScopes: () => [] },
};
