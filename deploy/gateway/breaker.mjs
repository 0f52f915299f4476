// Whether a subgraph is asked at all: the rule by which a process leaves a register alone that does not answer, and the
// same numbers (domains/kit/breaker.py). Only silence counts; one that answers with an error answers.

export class Breaker {
  #silences = 0;
  #pauses = 0;
  #until = null; // null: the subgraph is asked

  constructor({ silences, pauses }) {
    this.most = silences;
    this.lengths = pauses; // in seconds
  }

  /** Whether to ask now. After a pause it says so once, and then not until that is answered or was in vain. */
  admits() {
    if (this.#until === null) return true;
    if (Date.now() < this.#until) return false;
    this.#pause();
    return true;
  }

  answered() {
    this.#silences = this.#pauses = 0;
    this.#until = null;
  }

  silent() {
    this.#silences += 1;
    if (this.#silences >= this.most) this.#pause();
  }

  #pause() {
    this.#until = Date.now() + 1000 * this.lengths[Math.min(this.#pauses, this.lengths.length - 1)];
    this.#pauses += 1;
  }
}
