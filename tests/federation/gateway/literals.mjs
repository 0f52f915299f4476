// What the gateway makes of questions before its router sees them. Stdin: {"schema": SDL, "questions": [parameters]}.
// Stdout: [parameters].
import { readFileSync } from "node:fs";
import { withoutLiterals } from "../../../deploy/gateway/literals.mjs";
import { buildSchema } from "../../../deploy/gateway/node_modules/graphql/index.js";

const { schema, questions } = JSON.parse(readFileSync(0, "utf8"));
const built = buildSchema(schema);
process.stdout.write(JSON.stringify(questions.map((question) => withoutLiterals(built, question))));
