// Where in the text that a client sent the fields of an error's path stand: by the rule of one process
// (graph/places.py), so that both say the same. The text is read again only when there is something to complain of.
import { getLocation, getOperationAST, Kind, parse } from "graphql";

const MOST = 20; // places of one error

/** The places of a path; indices of lists are left out, and what fragments or duplicates select again counts again. */
export class Locations {
  #operation;
  #fragments = new Map();

  constructor({ query, operationName }) {
    const document = parse(query);
    this.#operation = getOperationAST(document, operationName);
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
    }
  }

  of(path) {
    let nodes = [this.#operation];
    for (const key of path.filter((each) => typeof each === "string")) {
      nodes = nodes.flatMap((node) => [...this.#fields(node, key, new Set())]);
    }
    return [...new Set(nodes)].slice(0, MOST).map(placeOf);
  }

  *#fields(node, key, spread) {
    for (const selection of node.selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if ((selection.alias ?? selection.name).value === key) yield selection;
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        yield* this.#fields(selection, key, spread);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        yield* this.#fields(this.#fragments.get(selection.name.value), key, spread);
      }
    }
  }
}

/** Line and column; columns count characters, not halves of them. */
function placeOf({ loc: { source, start } }) {
  const { line, column } = getLocation(source, start);
  return { line, column: [...source.body.slice(start - column + 1, start)].length + 1 };
}
