// How the peers on Node read: named prepared statements on a pool per register, the keys of one request gathered by
// data loaders.
import { readFileSync } from "node:fs";
import DataLoader from "dataloader";
import pg from "pg";

const CONNECTIONS_PER_REGISTER = 8;
const AS_SENT = (text) => text;

pg.types.setTypeParser(pg.types.builtins.DATE, AS_SENT);

const pools = Object.fromEntries(
  Object.entries(JSON.parse(process.env.BENCH_DATABASES)).map(([register, connectionString]) => [
    register,
    new pg.Pool({ connectionString, max: CONNECTIONS_PER_REGISTER, options: process.env.BENCH_SESSION }),
  ]),
);

const source = readFileSync(new URL("../statements.sql", import.meta.url), "utf8");
const statements = [...source.matchAll(/^-- name: (\w+), register: (\w+), rows: (\w+)\n([^]+?)(?=\n-- name|$(?![^]))/gm)];
const reading = Object.fromEntries(
  statements.map(([, name, register, rows, text]) => [
    name,
    { rows, read: async (values) => (await pools[register].query({ name, text, values })).rows },
  ]),
);

const one = (read) => async (keys) => {
  const found = new Map((await read([keys])).map((row) => [row.k, row]));
  return keys.map((key) => found.get(key) ?? null);
};

const many = (read) => async (keys) => {
  const found = new Map(keys.map((key) => [key, []]));
  for (const row of await read([keys])) found.get(row.k).push(row);
  return keys.map((key) => found.get(key));
};

const batches = Object.entries(reading)
  .filter(([, { rows }]) => rows !== "all")
  .map(([name, { rows, read }]) => [name, (rows === "one" ? one : many)(read)]);

export const loaders = () => Object.fromEntries(batches.map(([name, batch]) => [name, new DataLoader(batch)]));

export const parcelsWithin = ({ west, south, east, north }, limit) =>
  reading.parcelsWithin.read([west, south, east, north, limit]);
