// The body of a request, read once, within the graph's limits of size and time.

const HEARD_OUT = 16; // times the limit: whoever sends more is cut off, others get to read why they are refused

/** The body did not come in time. */
export class TooSlow extends Error {}

/**
 * What the client sent; of a body that is too long one byte more than may be sent, so that the authority refuses it in
 * its own words and nothing longer is kept.
 */
export async function bodyOf(request, { bodyBytes, bodySeconds }) {
  if (request.body === null || request.method === "GET" || request.method === "HEAD") return undefined;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow()), bodySeconds * 1000);
  });
  try {
    return await Promise.race([read(request.body, bodyBytes + 1), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function read(stream, most) {
  const parts = [];
  let size = 0;
  for await (const part of stream) {
    if (size < most) parts.push(part);
    size += part.length;
    if (size >= most * HEARD_OUT) break;
  }
  return Buffer.concat(parts).subarray(0, most);
}

/** The parameters of GraphQL over HTTP, of a body or of an address. */
export function parametersOf(url, body) {
  if (body !== undefined) return JSON.parse(body.toString());
  const { variables, ...given } = Object.fromEntries(url.searchParams);
  return { ...given, variables: variables === undefined ? undefined : JSON.parse(variables) };
}
