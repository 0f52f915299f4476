// Follows @skip and @include before an operation is looked at any further: the router's check of scopes does not follow
// them on fragments, and its planner loses a field that stands twice, once left out. The answer is the same: what is
// left out is not asked for. Where everything below a field is left out, the object is asked for all the same; so it is
// where an inline fragment asks for nothing but __typename, which the router takes out, and loses the object with it.
import { getOperationAST, Kind } from "graphql";

const OBJECT = "__object"; // response key by which it is asked for, and which is in no answer
const SOMETHING = {
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: OBJECT },
  name: { kind: Kind.NAME, value: "__typename" },
};

/** The plugin. */
export function directives() {
  return {
    onExecute({ args }) {
      const before = args.document;
      args.document = followed(args);
      if (args.document === before) return undefined;
      return { onExecuteDone: ({ result }) => withoutObjects(result?.data) };
    },
  };
}

function withoutObjects(data) {
  if (data === null || typeof data !== "object") return;
  if (!Array.isArray(data)) delete data[OBJECT];
  for (const value of Object.values(data)) withoutObjects(value);
}

const known = new WeakMap(); // fields asked for, by the arguments of an execution

/** Whether any way that is followed leads to a field of the document as the client wrote it. */
export function isReached(field, execution) {
  if (!known.has(execution)) known.set(execution, reached(execution));
  return known.get(execution).has(field);
}

function reached({ document, operationName, variableValues }) {
  const operation = getOperationAST(document, operationName);
  const values = valuesOf(operation, variableValues);
  const isFragment = ({ kind }) => kind === Kind.FRAGMENT_DEFINITION;
  const fragments = new Map(document.definitions.filter(isFragment).map((node) => [node.name.value, node]));
  const fields = new Set();
  const walk = (selections = []) => {
    for (const node of selections.filter((each) => isAskedFor(each, values))) {
      if (node.kind === Kind.FIELD) fields.add(node);
      if (node.kind !== Kind.FRAGMENT_SPREAD) walk(node.selectionSet?.selections);
      else if (fragments.has(node.name.value)) {
        const { selectionSet } = fragments.get(node.name.value);
        fragments.delete(node.name.value); // once is enough
        walk(selectionSet.selections);
      }
    }
  };
  walk(operation?.selectionSet.selections);
  return fields;
}

function valuesOf(operation, given) {
  const declared = operation?.variableDefinitions ?? [];
  return new Map(
    declared.map(({ variable: { name }, defaultValue }) => [name.value, given?.[name.value] ?? defaultValue?.value]),
  );
}

function followed({ document, operationName, variableValues }) {
  const operation = getOperationAST(document, operationName);
  const values = valuesOf(operation, variableValues);
  const definitions = document.definitions.map((node) =>
    node === operation || node.kind === Kind.FRAGMENT_DEFINITION ? chosen(node, values) : node,
  );
  return definitions.every((node, at) => node === document.definitions[at]) ? document : { ...document, definitions };
}

/** The node without what is left out below it; the same object where nothing is. */
function chosen(node, values) {
  if (!node.selectionSet) return node;
  const before = node.selectionSet.selections;
  const selections = before.filter((each) => isAskedFor(each, values)).map((each) => chosen(plain(each), values));
  if (isLost(node, selections)) selections.push(SOMETHING);
  if (selections.length === before.length && selections.every((each, at) => each === before[at])) return node;
  return { ...node, selectionSet: { ...node.selectionSet, selections } };
}

/** Whether the router would ask for nothing at all where these are selected. */
function isLost({ kind }, selections) {
  return selections.length === 0 || (kind === Kind.INLINE_FRAGMENT && selections.every(isTypename));
}

function isTypename({ kind, name, alias }) {
  return kind === Kind.FIELD && name.value === "__typename" && !alias;
}

function isAskedFor({ directives = [] }, values) {
  return directives.every(({ name, arguments: given }) => {
    if (name.value !== "skip" && name.value !== "include") return true;
    const { value } = given[0];
    const holds = value.kind === Kind.VARIABLE ? values.get(value.name.value) === true : value.value;
    return holds === (name.value === "include");
  });
}

/** The same without the directives that were followed. */
function plain(node) {
  return node.directives?.length ? { ...node, directives: [] } : node;
}
