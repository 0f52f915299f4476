// A citizen's answer to a portal of another language: stdin is the address, stdout where the browser ends up.
import { readFileSync } from "node:fs";
import { Browser } from "./browser.mjs";

process.stdout.write((await new Browser().decide(readFileSync(0, "utf8"))).href);
