// Which part of the page is shown, and what its forms do.
import { clearAccount, showAccount, showToken } from "./account.js";
import * as client from "./client.js";
import { clearForm, find, onSubmit } from "./form.js";
import { otherLanguage, setLanguage, word } from "./words.js";

const views = ["sign-in", "register", "confirm", "account"];
const notice = find("notice", HTMLElement);
/**
 * What confirming needs: the code belongs to this registration, not to any of the same address.
 *
 * @type {string | null}
 */
let registrationId = null;
let signedIn = false;

function route() {
  const wanted = location.hash.slice(1);
  const open = views.includes(wanted) && wanted !== "account" ? wanted : "sign-in";
  show(signedIn ? "account" : open);
}

/** @param {string} view */
function show(view) {
  for (const name of views) find(name, HTMLElement).hidden = name !== view;
  const title = document.querySelector(`#${view} h1`);
  document.title = `${title?.textContent} · Latchkey`;
}

/**
 * @param {string} view
 * @param {string} [message]
 */
function go(view, message = "") {
  notice.textContent = message;
  history.pushState(null, "", `#${view}`);
  route();
  const title = document.querySelector(`#${view} h1`);
  if (title instanceof HTMLElement) title.focus();
}

onSubmit("sign-in-form", async (fields) => {
  await client.signIn(fields);
  clearForm(find("sign-in-form", HTMLFormElement));
  await enter();
});

onSubmit("register-form", async ({ tag = "", ...fields }) => {
  // Left empty means: make one for me.
  const answer = await client.register(tag === "" ? fields : { ...fields, tag });
  ({ registrationId } = answer);
  clearForm(find("register-form", HTMLFormElement));
  clearForm(find("confirm-form", HTMLFormElement));
  find("confirm-email", HTMLInputElement).value = fields["email"] ?? "";
  find("sign-in-tag", HTMLInputElement).value = answer.tag;
  go("confirm");
});

onSubmit("confirm-form", async ({ tag = "", ...fields }) => {
  try {
    const { message } = await client.confirm({
      ...fields,
      ...(registrationId !== null && { registrationId }),
      ...(tag !== "" && { tag }),
    });
    if (tag !== "") find("sign-in-tag", HTMLInputElement).value = tag;
    registrationId = null;
    clearForm(find("confirm-form", HTMLFormElement));
    go("sign-in", message);
  } catch (error) {
    // Somebody confirmed the same tag first: the code is still good, with another tag.
    const taken = error instanceof client.Refusal && error.code === "tag_taken";
    if (taken) find("confirm-other-tag", HTMLElement).hidden = false;
    throw error;
  }
});

onSubmit("resend-form", async () => {
  if (registrationId === null) return go("register", word("registerAgain"));
  const email = find("confirm-email", HTMLInputElement).value;
  const { message } = await client.resendCode({ email, registrationId });
  notice.textContent = message;
});

onSubmit("change-form", async (fields) => {
  await client.changePassword(fields);
  clearForm(find("change-form", HTMLFormElement));
  await showAccount();
  notice.textContent = word("passwordChanged");
});

onSubmit("close-others-form", async () => {
  await client.closeOtherSessions();
  await showAccount();
  notice.textContent = word("othersClosed");
});

onSubmit("sign-out-form", async () => {
  await client.signOut();
  leave(word("signedOut"));
});

async function enter() {
  await showAccount();
  signedIn = true;
  go("account");
}

/** @param {string} message */
function leave(message) {
  signedIn = false;
  clearAccount();
  go("sign-in", message);
}

client.onRenewal(() => void showToken().catch(() => {}));
client.onSessionOver(() => leave(word("sessionOver")));

/** @param {string} language */
function speak(language) {
  setLanguage(language);
  client.speak(language);
  notice.textContent = "";
  if (signedIn) void showAccount().catch(() => {});
  route();
}

find("language", HTMLButtonElement).addEventListener("click", () => speak(otherLanguage()));
addEventListener("hashchange", () => {
  notice.textContent = "";
  route();
});
speak(navigator.language.startsWith("ru") ? "ru" : "en");
