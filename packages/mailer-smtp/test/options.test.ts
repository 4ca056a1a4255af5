import { expect, it } from "vitest";
import { startSmtp } from "../../../tools/services/smtp.ts";
import { smtpMailer, type SmtpMailerOptions } from "../src/index.ts";
import { aMessage } from "./messages.ts";

const url = "smtp://user:secret-canary@mail.example:587";
const from = "no-reply@mail.example";

it.each<[string, unknown]>([
  ["url, transport", { from }],
  ["url, transport", { from, url, transport: { sendMail: async () => null } }],
  ["transport", { from, transport: {} }],
  ["transport", { from, transport: null }],
  ["url", { from, url: "mail.example" }],
  ["url", { from, url: 25 }],
  ["url", { from, url: "http://user:secret-canary@mail.example" }],
  ["url", { from, url: `${url}/path` }],
  ["url", { from, url: `${url}?requireTLS=false` }],
  ["url", { from, url: `${url}?tls=off&logger=true` }],
  ["url", { from, url: `${url}#x` }],
  ["url", { from, url: "smtp://user@mail.example" }],
  ["url", { from, url: "smtp://:secret-canary@mail.example" }],
  ["url", { from, url: "smtp://user:secret-canary%FF@mail.example" }],
  ["from", { url }],
  ["from", { url, from: "" }],
  ["from", { url, from: "nobody" }],
  ["from", { url, from: "a@mail.example, b@mail.example" }],
  ["from", { url, from: "Us <a@mail.example>, b@mail.example" }],
  ["from", { url, from: "Us\r\nBcc: x@y.example <a@mail.example>" }],
  ["from", { url, from: `${"x".repeat(101)} <a@mail.example>` }],
  ["from", { url, from: { address: "a@mail.example" } }],
  ["replyTo", { url, from, replyTo: "us" }],
  ["tls", { url, from, tls: "off" }],
  ["tls", { url: `${url}?tls=off`, from }],
  ["tls", { url: `${url}?tls=required`, from, tls: "dangerously-off" }],
  ["tls", { url, from, tls: false }],
  ["tls", { url: "smtps://127.0.0.1?tls=off", from }],
  ["tls", { url: "smtp://127.0.0.1.evil.example?tls=off", from }],
  ["ca", { url, from, ca: "/etc/ssl/ca.pem" }],
  ["ca", { url, from, ca: [25] }],
  ["maxConnections", { url, from, maxConnections: 0 }],
  ["timeoutMs", { url, from, timeoutMs: 0.5 }],
  ["timeoutMs", { url, from, timeoutMs: 60_001 }],
  ["deadlineMs", { url, from, deadlineMs: Number.NaN }],
  ["timeoutMs", { from, transport: { sendMail: async () => null }, timeoutMs: 500 }],
  ["requireTLS", { url, from, requireTLS: false }],
])("refuses a wrong %s at once, and repeats no password", (option, options) => {
  let error: unknown;
  try {
    smtpMailer(options as SmtpMailerOptions);
  } catch (reason) {
    error = reason;
  }
  expect(error).toBeInstanceOf(TypeError);
  const { message } = error as TypeError;
  expect(message).toMatch(new RegExp(`^smtpMailer: ${option}: `));
  expect(message).not.toContain("canary");
});

it.each<Partial<SmtpMailerOptions>>([
  { url: "smtp://mail.example" },
  { url: "smtps://user:p%40ss@mail.example:465/" },
  { url: "smtp://[::1]:1025?tls=off" },
  { url: "smtp://localhost:1025", tls: "off" },
  { url: "smtp://mailpit:1025?tls=dangerously-off" },
  { url, from: "Us <a@mail.example>" },
  { url, from: '"Us, and them" <a@mail.example>' },
  { url, from: "<a@mail.example>" },
  { url, from: "latchkey@localhost" },
])("takes %j, and connects to nothing yet", async (options) => {
  await expect(smtpMailer({ from, ...options }).close()).resolves.toBeUndefined();
});

it.each([
  "v@victim.example\r\nBcc: e@evil.example",
  "a@evil.example,v@victim.example",
  "a@evil.example;v@victim.example",
  "v@gma\u0131l.com",
  "v@\uFF47mail.com",
  "victims:v@victim.example,e@evil.example;",
  "Victim <v@victim.example>",
  "<v@victim.example>",
  '"v@victim.example "@evil.example',
  "v@victim.example(comment)",
  "v(comment)@victim.example",
  "v@victim.example@evil.example",
  "v@[127.0.0.1]",
  "v@127.0.0.1",
  "v@victim",
  "@victim.example",
  "v@",
  "",
  " v@victim.example",
  "v@victim.example ",
  "v@victim.example\0",
  "v@victim.example\u2028",
  "v@victim..example",
  ".v@victim.example",
  "v@-victim.example",
  "v%0a@victim.example\n",
  "аnna@example.com",
  `${"v".repeat(65)}@victim.example`,
  `v@${"a.".repeat(130)}example`,
])("sends nothing to %j: it could be read as more than one address", async (to) => {
  const mails: unknown[] = [];
  const transport = { sendMail: async (mail: unknown) => void mails.push(mail) };
  const sending = smtpMailer({ transport, from }).send(aMessage({ to }));
  await expect(sending).rejects.toMatchObject({ name: "MailRefused", code: "EADDRESS" });
  expect(mails).toEqual([]);
});

it.each(["anna@example.com", "a.b+c_d-e!#$%&'*/=?^`{|}~@xn--gmal-nza.com", "a@b.co"])(
  "sends to %s, and to nobody else",
  async (to) => {
    const server = await startSmtp();
    const mailer = smtpMailer({ url: server.url, ca: server.authority, from });
    await mailer.send(aMessage({ to }));
    expect(server.accepted.map((mail) => mail.to)).toEqual([[to]]);
    await mailer.close();
    await server.stop();
  },
);

it.each(["", "a b", "a\r\nBcc: x@y.example", "<id>", "x".repeat(101)])(
  "refuses an id that no header can carry: %j",
  async (id) => {
    const transport = { sendMail: async () => null };
    const sending = smtpMailer({ transport, from }).send(aMessage({ id }));
    await expect(sending).rejects.toMatchObject({ name: "MailRefused", code: "EMESSAGE" });
  },
);
