// One script for every form that needs a passkey.
//
// A form says in data-passkey what the passkey does ("get", "create", or "get create" one after the other) and in
// data-options where each step asks what to do. Every step sends the form's own fields; the last answer goes with the
// form itself, which is then sent like any other.
"use strict";

const form = document.querySelector("form[data-passkey]");
const alarm = document.querySelector("[data-alarm]");
const secret = form?.elements.namedItem("secret");

// A secret in the fragment was sent to nobody; it is given to our own form, and to the link that changes the language.
if (secret) secret.value = location.hash.slice(1);
for (const link of document.querySelectorAll("[data-keeps-fragment]")) link.hash = location.hash;

const performs = {
  get: (options) =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  create: (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};

class Told extends Error {}

async function ask(address) {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const said = await answer.json();
  if (!answer.ok) throw new Told(said.message);
  if (said.form_token) form.elements.namedItem("form_token").value = said.form_token;
  return said.options;
}

async function sign(event) {
  event.preventDefault();
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  alarm.hidden = true;
  try {
    const addresses = form.dataset.options.split(" ");
    for (const [step, performed] of form.dataset.passkey.split(" ").entries()) {
      const credential = await performs[performed](await ask(addresses[step]));
      form.elements.namedItem("answer").value = JSON.stringify(credential.toJSON());
    }
    form.submit();
  } catch (error) {
    alarm.textContent = error instanceof Told ? error.message : alarm.dataset.alarm;
    alarm.hidden = false;
    form.elements.namedItem("answer").value = "";
    buttons.forEach((button) => { button.disabled = false; });
  }
}

form?.addEventListener("submit", sign);
