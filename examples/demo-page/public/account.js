// What somebody sees who is signed in: the account, its sessions.
import { accessToken, closeSession, me, sessions } from "./client.js";
import { clearForm, find, showRefusal } from "./form.js";
import { date, time, word } from "./words.js";

/** Asks for everything anew. */
export async function showAccount() {
  const [user, open] = await Promise.all([me(), sessions(), showToken()]);
  const text = {
    "account-name": `${user.firstName} ${user.lastName}`,
    "account-tag": user.tag,
    "account-email": user.email,
    "account-created": date(user.createdAt),
  };
  for (const [id, value] of Object.entries(text)) find(id, HTMLElement).textContent = value;
  // So that a password manager knows whose password is changed.
  find("change-username", HTMLInputElement).value = user.tag;
  listSessions(open);
}

/** When the access token ends, and what happens then. */
export async function showToken() {
  const { endsAt, renewed } = await accessToken();
  const name = renewed ? "tokenRenewed" : "tokenEnds";
  find("account-token", HTMLElement).textContent = endsAt === null ? "" : word(name, time(endsAt));
}

/** Nobody's account may be read off the page after signing out. */
export function clearAccount() {
  for (const name of ["name", "tag", "email", "created", "token"]) {
    find(`account-${name}`, HTMLElement).textContent = "";
  }
  listSessions([]);
  clearForm(find("change-form", HTMLFormElement));
  find("change-username", HTMLInputElement).value = "";
}

/** @param {readonly import("./client.js").Session[]} open */
function listSessions(open) {
  const newestFirst = open.toSorted(
    (one, other) =>
      Number(other.current) - Number(one.current) ||
      other.lastRenewedAt.localeCompare(one.lastRenewedAt),
  );
  find("sessions", HTMLUListElement).replaceChildren(...newestFirst.map(sessionItem));
  find("close-others-form", HTMLFormElement).hidden = open.length < 2;
}

/** @param {import("./client.js").Session} session */
function sessionItem(session) {
  const copy = find("session-template", HTMLTemplateElement).content.cloneNode(true);
  const item = /** @type {DocumentFragment} */ (copy);
  const [agent, badge, times, button] = [".agent", ".badge", ".hint", "button"].map((selector) =>
    item.querySelector(selector),
  );
  if (agent) {
    agent.textContent = session.agent === "unknown" ? word("unknownAgent") : session.agent;
  }
  if (times) {
    times.textContent = word("sessionTimes", session.ip, date(session.createdAt, true));
  }
  if (badge instanceof HTMLElement) {
    badge.textContent = word("thisSession");
    badge.hidden = !session.current;
  }
  if (button instanceof HTMLButtonElement) {
    button.textContent = word("closeSession");
    button.ariaLabel = `${word("closeSession")}: ${agent?.textContent}`;
    // This very session ends by signing out.
    button.hidden = session.current;
    button.addEventListener("click", () => {
      button.disabled = true;
      closeSession(session.id)
        .then(showAccount)
        .then(() => find("sessions-title", HTMLElement).focus())
        .catch((/** @type {unknown} */ error) => {
          button.disabled = false;
          showRefusal(find("close-others-form", HTMLFormElement), error);
        });
    });
  }
  return item;
}
