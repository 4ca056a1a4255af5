import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Service } from "./process.ts";
import { fieldsOf, post, send, sendRaw, withBearer, type Answer } from "./wire.ts";

/** What was done to the service, and every word of it that must be nowhere else. */
export interface Story {
  readonly email: string;
  readonly tag: string;
  /** A session that still lives. */
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly secrets: readonly string[];
  /** The bodies of every refusal. */
  readonly refusals: readonly string[];
}

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const passwords = {
  first: "canary first 7Qk2 password",
  wrong: "canary wrong 9Xw4 password",
  second: "canary second 3Vb8 password",
  third: "canary third 5Nm6 password",
  weak: "canary weak",
};

/** Does everything that can be done, rightly and wrongly. */
export async function aStory(service: Service): Promise<Story> {
  const at = (path: string): string => `${service.url}${path}`;
  const renewAt = `${service.internal}/api/v1/tokens/renew`;
  const secrets: string[] = Object.values(passwords);
  const refusals: string[] = [];
  const refused = (answer: Answer): void => {
    assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
    refusals.push(answer.text);
  };
  const keep = (answer: Answer): Pair => {
    const { accessToken, refreshToken } = fieldsOf(answer, 200) as unknown as Pair;
    for (const token of [accessToken, refreshToken]) {
      secrets.push(token, token.split(".")[1] ?? "", token.split(".")[2] ?? "");
    }
    return { accessToken, refreshToken };
  };

  // Registers, with mistakes.
  const email = "canary@example.com";
  const tag = "canary-tag";
  const person = { firstName: "Ada", lastName: "Lovelace", email, tag };
  const create = at("/api/v1/users/public/create");
  refused(await post(create, { ...person, password: passwords.weak }));
  refused(await post(create, { ...person, password: `${passwords.wrong}\u0000` }));
  refused(await post(create, { ...person, [passwords.wrong]: passwords.wrong }));
  const created = await post(create, { ...person, password: passwords.first });
  const { registrationId } = fieldsOf(created, 201);
  const code = /^\d{6}$/m.exec(await mailText(service, "confirmation_code"))?.[0] ?? "";
  secrets.push(code);
  const other = code === "000001" ? "000002" : "000001";
  const confirm = at("/api/v1/users/public/confirm");
  refused(await post(confirm, { email, registrationId, confirmationCode: other }));
  refused(await post(confirm, { email, registrationId, confirmationCode: Number(code) }));
  fieldsOf(await post(confirm, { email, registrationId, confirmationCode: code }), 200);
  refused(await post(confirm, { email, registrationId, confirmationCode: code }));

  // Signs in, with mistakes; renews, replays, signs out.
  const login = at("/api/v1/tokens/public/login");
  refused(await post(login, { tag, password: passwords.wrong }));
  refused(await post(login, { tag: "nobody", password: passwords.wrong }));
  refused(await post(login, { tag: passwords.wrong, password: passwords.wrong }));
  const headers = { "content-type": "application/json" };
  refused(await send("POST", login, { headers, body: `{"password":"${passwords.wrong}"` }));
  refused(await send("POST", login, { headers: {}, body: `password=${passwords.wrong}` }));
  const huge = `{"password":"${passwords.wrong.repeat(1000)}"}`;
  refused(await send("POST", login, { headers, body: huge }));
  refused(await send("GET", `${login}?password=${encodeURIComponent(passwords.wrong)}`));
  await sendRaw(service.url, `GET /${passwords.wrong} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const first = keep(await post(login, { tag, password: passwords.first }));
  const renew = (token: string) => send("GET", `${renewAt}?refreshToken=${token}`);
  const second = keep(await renew(first.refreshToken));
  keep(await renew(second.refreshToken));
  refused(await renew(first.refreshToken));
  refused(await send("GET", at("/api/v1/users/me"), withBearer(first.accessToken)));
  refused(await send("GET", at(`/api/v1/users/me?access_token=${first.accessToken}`)));
  const third = keep(await post(login, { tag: email, password: passwords.first }));
  const { accessToken, refreshToken } = third;
  const query = `accessToken=${accessToken}&refreshToken=${refreshToken}`;
  fieldsOf(await send("DELETE", at(`/api/v1/tokens/logout?${query}`)), 200);
  refused(await send("GET", `${renewAt}?refreshToken=${refreshToken}&x=${refreshToken}`));

  // Changes the password, forgets it, resets it, with mistakes.
  const fourth = keep(await post(login, { tag, password: passwords.first }));
  const change = (currentPassword: string, newPassword: string) =>
    send("POST", at("/api/auth/change-password"), {
      headers: { ...headers, ...withBearer(fourth.accessToken).headers },
      body: JSON.stringify({ currentPassword, newPassword }),
    });
  refused(await change(passwords.wrong, passwords.second));
  refused(await change(passwords.first, passwords.weak));
  keep(await change(passwords.first, passwords.second));
  fieldsOf(await post(at("/api/auth/forgot-password"), { email }), 200);
  const [link = "", uid = "", token = ""] =
    /http\S+\/password-reset\/([^/]+)\/([^/]+)\//.exec(await mailText(service, "reset_link")) ?? [];
  secrets.push(link, token, token.split(".")[1] ?? "", token.split(".")[2] ?? "");
  const opened = await send("GET", at(`/password-reset/${uid}/${token}/`));
  assert.equal(opened.status, 303);
  const cookie = String(opened.headers["set-cookie"]).split(";")[0] ?? "";
  secrets.push(cookie.slice(cookie.indexOf("=") + 1));
  const form = at(`/password-reset/${uid}/set-password/`);
  assert.equal((await send("GET", form, { headers: { cookie } })).status, 200);
  const typed = `linkDigest=x&newPassword=${encodeURIComponent(passwords.weak)}`;
  const typing = { "content-type": "application/x-www-form-urlencoded", cookie };
  refused(await send("POST", form, { headers: typing, body: typed }));
  refused(await send("GET", at(`/password-reset/${uid}/${token}x/`)));
  const reset = at("/api/auth/reset-password");
  const fields = { token, email, newPassword: passwords.third };
  refused(await post(reset, { ...fields, email: "other@example.com" }));
  refused(await post(reset, { ...fields, newPassword: passwords.weak }));
  refused(await post(reset, { ...fields, token: `${token}x` }));
  fieldsOf(await post(`${reset}/check`, { token }), 200);
  fieldsOf(await post(reset, fields), 200);
  refused(await post(reset, fields));
  keep(await post(login, { tag, password: passwords.third }));
  const last = keep(await post(login, { tag, password: passwords.third }));
  const sessions = at("/api/v1/sessions?except=current");
  fieldsOf(await send("DELETE", sessions, withBearer(last.accessToken)), 200);
  return { email, tag, ...last, secrets, refusals };
}

/** The newest mail's text of a kind, as soon as there is one: mails overtake one another. */
async function mailText(service: Service, wanted: string): Promise<string> {
  for (;;) {
    const { text } = await send("GET", `${service.url}/dev/mailbox.json`);
    const mails = JSON.parse(text) as { kind: string; text: string }[];
    const mail = mails.findLast(({ kind }) => kind === wanted);
    if (mail !== undefined) return mail.text;
    await pause(20);
  }
}
