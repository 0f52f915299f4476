// Mercurius on Fastify: an operation is compiled by graphql-jit the first time it is asked.
import Fastify from "fastify";
import mercurius from "mercurius";
import { context, resolvers, typeDefs } from "./resolvers.mjs";

const app = Fastify({ logger: false });
app.register(mercurius, { schema: typeDefs, resolvers, context, jit: 1 });
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
