// Where in an answer the nulls are that an error is about.

/** The places of a path that are null in the data; lists of which the path names no item are opened. */
export function nulls(data, path) {
  const found = [...places(data, path, [])];
  return found.length > 0 ? found : [path];
}

function* places(value, path, before) {
  const [next, ...rest] = path;
  if (Array.isArray(value) && typeof next !== "number") {
    for (const [index, item] of value.entries()) yield* places(item, path, [...before, index]);
  } else if (path.length === 0) {
    if (value === null) yield before;
  } else if (value !== null && typeof value === "object" && Object.hasOwn(value, next)) {
    yield* places(value[next], rest, [...before, next]);
  }
}
