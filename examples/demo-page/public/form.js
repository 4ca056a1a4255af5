// Forms that say what was refused, and beside which field.
import { Refusal } from "./client.js";
import { wait, word } from "./words.js";

/**
 * An element that the page is known to have.
 *
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function find(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new TypeError(`there is no ${kind.name} #${id}`);
  return element;
}

/** Codes that speak of one field, for answers that carry no list of fields. */
const fieldOf = new Map([
  ["invalid_code", "confirmationCode"],
  ["password_mismatch", "confirmPassword"],
  ["tag_taken", "tag"],
  ["wrong_password", "currentPassword"],
]);

/**
 * Sends a form by `send`, once at a time, and shows what was refused.
 *
 * @param {string} id
 * @param {(fields: Record<string, string>) => Promise<unknown>} send
 */
export function onSubmit(id, send) {
  const form = find(id, HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.ariaBusy !== "true") void submit(form, send);
  });
  for (const field of form.querySelectorAll("input[type=password]")) offerToShow(field);
}

/**
 * @param {HTMLFormElement} form
 * @param {(fields: Record<string, string>) => Promise<unknown>} send
 */
async function submit(form, send) {
  clearRefusals(form);
  form.ariaBusy = "true";
  /** @type {Record<string, string>} */
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") fields[name] = value;
  }
  try {
    await send(fields);
  } catch (error) {
    showRefusal(form, error);
  } finally {
    form.ariaBusy = "false";
  }
}

/** @param {HTMLFormElement} form */
export function clearForm(form) {
  form.reset();
  clearRefusals(form);
}

/** @param {HTMLFormElement} form */
function clearRefusals(form) {
  for (const line of form.querySelectorAll(".refusal")) line.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    const hint = document.getElementById(`${field.id}-hint`);
    if (hint === null) field.removeAttribute("aria-describedby");
    else field.setAttribute("aria-describedby", hint.id);
  }
}

/**
 * Beside its field where it names one, above the button where it does not.
 *
 * @param {HTMLFormElement} form
 * @param {unknown} error
 */
export function showRefusal(form, error) {
  const refusal = error instanceof Refusal ? error : null;
  if (refusal === null) console.error(error);
  const code = refusal?.code ?? "";
  const named = [...(refusal?.fields ?? [])];
  const alone = fieldOf.get(code);
  if (named.length === 0 && alone !== undefined && refusal !== null) {
    named.push({ path: alone, message: refusal.message });
  }
  const shown = named.filter(({ path, message }) => besideField(form, path, message));
  if (shown.length === 0) atForm(form, textOf(refusal));
  const first = form.querySelector("[aria-invalid]");
  if (first instanceof HTMLElement) first.focus();
}

/** @param {Refusal | null} refusal */
function textOf(refusal) {
  if (refusal === null) return word("wentWrong");
  const title = refusal.message === "" ? word("unreachable") : refusal.message;
  return refusal.waitSeconds === null ? title : `${title} ${wait(refusal.waitSeconds)}`;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} message
 */
function besideField(form, name, message) {
  const field = form.elements.namedItem(name);
  if (!(field instanceof HTMLInputElement)) return false;
  const line = refusalLine(message);
  line.id = `${field.id}-refusal`;
  const hint = document.getElementById(`${field.id}-hint`);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", hint === null ? line.id : `${line.id} ${hint.id}`);
  (field.parentElement?.classList.contains("secret") ? field.parentElement : field).after(line);
  return true;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} message
 */
function atForm(form, message) {
  const line = refusalLine("");
  line.classList.add("whole");
  line.setAttribute("role", "alert");
  form.prepend(line);
  // Text that comes after its role is read out everywhere.
  line.textContent = message;
}

/** @param {string} message */
function refusalLine(message) {
  const line = document.createElement("p");
  line.className = "refusal";
  line.textContent = message;
  return line;
}

/** A long password is typed more surely when it can be seen. @param {Element} field */
function offerToShow(field) {
  if (!(field instanceof HTMLInputElement)) return;
  const frame = document.createElement("div");
  frame.className = "secret";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.dataset["word"] = "show";
  button.dataset["label"] = "showPassword";
  button.ariaPressed = "false";
  button.setAttribute("aria-controls", field.id);
  button.textContent = "Show";
  field.replaceWith(frame);
  frame.append(field, button);
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.ariaPressed = String(shown);
  });
}
