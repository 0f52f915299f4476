// What is asked of a subgraph, in time. One that cannot be reached, does not answer, or cannot confirm the grants now
// leaves its fields null; the rest of the operation is answered.
import { setTimeout as pause } from "node:timers/promises";
import { Breaker } from "./breaker.mjs";
import { noAnswer } from "./said.mjs";

const AGAIN_MS = [50, 150, 300]; // a subgraph hears of new grants in less than a second

export class Registers {
  #breakers = new Map();

  constructor(terms) {
    this.terms = terms;
  }

  /**
   * The answer of the subgraph at this address, as JSON; `ask` sends the request, once or several times, under a signal.
   * `until` is when the operation must be answered: no subgraph takes more than half of what is left of that time, so
   * that those asked after it have theirs. An answer of errors without data is a refusal, and is handed to `refuse`.
   */
  async answer(url, until, cancelled, ask, refuse) {
    const breaker = this.#breaker(url);
    if (!breaker.admits()) return noAnswer("SOURCE_UNAVAILABLE");
    const late = AbortSignal.timeout(Math.max(1, Math.ceil((until - Date.now()) / 2)));
    const signal = cancelled ? AbortSignal.any([cancelled, late]) : late;
    try {
      return await this.#settled(signal, ask, refuse, breaker);
    } catch {
      if (!cancelled?.aborted) breaker.silent();
      return noAnswer(late.aborted ? "DEADLINE_EXCEEDED" : "SOURCE_UNAVAILABLE");
    }
  }

  async #settled(signal, ask, refuse, breaker) {
    for (const wait of [...AGAIN_MS, null]) {
      const response = await connected(ask, signal);
      const text = await response.text();
      breaker.answered();
      const answer = parsed(text);
      if (answer !== null && "data" in answer) return answer;
      if (response.status < 500 && answer !== null && "errors" in answer) {
        refuse(response, text);
        return answer;
      }
      if (wait === null || !isUnconfirmed(answer)) break;
      await pause(wait, undefined, { signal });
    }
    return noAnswer("SOURCE_UNAVAILABLE");
  }

  #breaker(url) {
    if (!this.#breakers.has(url)) this.#breakers.set(url, new Breaker(this.terms.breaker));
    return this.#breakers.get(url);
  }
}

/** A connection that was kept open may have been closed by the other side meanwhile: then another one is tried. */
async function connected(ask, signal) {
  try {
    return await ask(signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return ask(signal);
  }
}

/** Whether a subgraph says that it has not heard of the grants that the ticket rests on. */
function isUnconfirmed(answer) {
  return answer?.errors?.[0]?.extensions?.code === "GRANTS_UNCONFIRMED";
}

/** A JSON object, or null. */
export function parsed(text) {
  try {
    const found = JSON.parse(text);
    return typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}
