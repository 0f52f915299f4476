// Takes what a caller typed out of a document, so that nothing of it stays in the router's caches: they are keyed by the
// document's text. Literals become variables, equal ones the same; comments and operations that are not asked are gone.
import { getNamedType, getNullableType, Kind, parse, print, separateOperations, TypeInfo, visit, visitWithTypeInfo } from "graphql";

const MAY_HOLD_SOME = /["#]|[^\w$]-?\d/;
const LITERALS = new Set([Kind.STRING, Kind.INT, Kind.FLOAT]);

/** The same question in words that hold no values. The document is valid: the authority has read it. */
export function withoutLiterals(schema, { query, operationName, variables }) {
  if (!MAY_HOLD_SOME.test(query)) return { query, operationName, variables };
  const document = only(parse(query, { noLocation: true }), operationName);
  const taken = new Taken(document, variables);
  const types = new TypeInfo(schema);
  const rest = visit(document, visitWithTypeInfo(types, {
    enter(node) {
      if (node.kind === Kind.VARIABLE_DEFINITION) return taken.withoutDefault(node);
      return LITERALS.has(node.kind) ? taken.reference(node, types.getInputType()) : undefined;
    },
  }));
  return { query: print(taken.declaredIn(rest)), operationName, variables: taken.variables };
}

/** The document with nothing but the operation that is asked, and its fragments. */
function only(document, operationName) {
  const operations = separateOperations(document);
  return operations[operationName ?? Object.keys(operations)[0]];
}

class Taken {
  #names = new Map(); // by type and value
  #definitions = [];
  #last = 0;
  #declared; // names of the variables that the caller has

  constructor(document, variables) {
    const [operation] = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
    this.#declared = new Set(operation.variableDefinitions?.map((node) => node.variable.name.value));
    this.variables = { ...variables };
  }

  /** The variable in place of a literal. */
  reference(node, type) {
    const key = `${node.kind} ${type} ${node.value}`;
    if (!this.#names.has(key)) this.#names.set(key, this.#declare(node, type));
    return variable(this.#names.get(key));
  }

  /** A default counts where no value is given: so it is given. */
  withoutDefault(node) {
    const name = node.variable.name.value;
    if (!node.defaultValue) return undefined;
    if (!Object.hasOwn(this.variables, name)) this.variables[name] = plain(node.defaultValue);
    return { ...node, defaultValue: undefined };
  }

  declaredIn(document) {
    return visit(document, {
      OperationDefinition: (node) => ({ ...node, variableDefinitions: [...(node.variableDefinitions ?? []), ...this.#definitions] }),
    });
  }

  #declare(node, type) {
    let name;
    do name = `taken${(this.#last += 1)}`;
    while (this.#declared.has(name));
    this.variables[name] = getNamedType(type).name === "ID" ? node.value : plain(node);
    const given = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: String(getNullableType(type)) } };
    this.#definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable: variable(name),
      type: { kind: Kind.NON_NULL_TYPE, type: given },
    });
    return name;
  }
}

function variable(name) {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
}

/** The JSON value of a constant. */
function plain(node) {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map(plain);
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, plain(field.value)]));
    default:
      return node.value;
  }
}
