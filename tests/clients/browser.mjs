// A citizen's browser, as far as plain pages need one: it keeps cookies, follows redirects within the installation,
// reads the one form of a page, and stops where it is sent elsewhere.
import { issuer } from "./checks.mjs";

const MOST_STEPS = 12;

export class Browser {
  #cookies = new Map();

  /** Sign in as this invented person, and answer what the portal asks. Where the browser is sent in the end. */
  async decide(address, { person = "001085000001", answer = "yes" } = {}) {
    let page = await this.visit(address);
    if (page.form?.fields.has("nonce")) page = await this.submit(page, { persona: person });
    if (page.form?.fields.has("shown")) page = await this.submit(page, { answer });
    if (!page.left) throw new Error(`no way back to the portal: ${page.status} at ${page.url}\n${page.html}`);
    return new URL(page.left);
  }

  visit(address) {
    return this.#go("GET", new URL(address));
  }

  /** Press a button of the page's form. */
  submit(page, button) {
    const body = new URLSearchParams([...page.form.fields, ...Object.entries(button)]);
    return this.#go("POST", new URL(page.form.action, page.url), body);
  }

  async #go(method, url, body) {
    for (let step = 0; step < MOST_STEPS; step++) {
      if (url.origin !== issuer.origin) return { left: url.href };
      const answer = await fetch(url, { method, body, redirect: "manual", headers: this.#headers(method) });
      this.#keep(answer);
      const html = await answer.text();
      const onward = answer.headers.get("location") ?? html.match(/http-equiv="refresh" content="0;url=([^"]*)"/)?.[1];
      if (!onward) return { status: answer.status, url, html, form: formOf(html) };
      if (answer.status === 307 || answer.status === 308) throw new Error("a redirect that repeats a form");
      [method, body, url] = ["GET", undefined, new URL(unescaped(onward), url)];
    }
    throw new Error("the pages lead in a circle");
  }

  #headers(method) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const sent = { cookie, "accept-language": "vi" };
    return method === "POST" ? { ...sent, origin: issuer.origin, "sec-fetch-site": "same-origin" } : sent;
  }

  #keep(answer) {
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split(/=(.*)/s);
      this.#cookies.set(name.trim(), value);
    }
  }
}

function formOf(html) {
  const form = html.match(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/);
  if (!form) return null;
  const inputs = [...form[2].matchAll(/<input([^>]*)>/g)].map(([, written]) => written);
  const sent = inputs.filter((written) => !/type="radio"/.test(written) || /\bchecked\b/.test(written));
  const fields = new Map(sent.map((written) => [attribute(written, "name"), attribute(written, "value")]));
  return { action: unescaped(form[1]), fields };
}

const attribute = (written, name) => unescaped(written.match(new RegExp(`${name}="([^"]*)"`))?.[1] ?? "");
const unescaped = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&#34;", '"').replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"').replaceAll("&amp;", "&");
