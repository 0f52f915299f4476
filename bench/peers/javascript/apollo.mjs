// Apollo Server on Fastify, by its own integration: parsed documents are kept, operations are run by graphql-js.
import { ApolloServer } from "@apollo/server";
import fastifyApollo, { fastifyApolloDrainPlugin } from "@as-integrations/fastify";
import Fastify from "fastify";
import { context, resolvers, typeDefs } from "./resolvers.mjs";

const app = Fastify({ logger: false });
const server = new ApolloServer({ typeDefs, resolvers, plugins: [fastifyApolloDrainPlugin(app)] });
await server.start();
await app.register(fastifyApollo(server), { path: "/graphql", context });
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
