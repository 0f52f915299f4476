// From when an answer is: what its registers said of themselves (`extensions.sources`), together.

export class Sources {
  #asOf = new Map(); // by register; null: something of it did not come

  /** What one request to a register brought. One that read nothing, since nothing was to be read, says nothing. */
  heard(register, { data, extensions }) {
    const said = extensions?.sources?.[register];
    if (said !== undefined || data === null) this.#add(register, said?.asOf ?? null);
  }

  #add(register, asOf) {
    const before = this.#asOf.get(register);
    const isEarlier = before === undefined || (before !== null && (asOf === null || asOf < before));
    if (isEarlier) this.#asOf.set(register, asOf);
  }

  /** For the answer's extensions; undefined where there is nothing to say. */
  shown() {
    if (this.#asOf.size === 0) return undefined;
    return Object.fromEntries([...this.#asOf].sort().map(([register, asOf]) => [register, { asOf }]));
  }
}
