import { createTransport } from "nodemailer";
import PostalMime, { type Email } from "postal-mime";
import { afterAll, expect, it } from "vitest";
import {
  makeCertificate,
  startSmtp,
  type SmtpOptions,
  type SmtpService,
} from "../../../tools/services/smtp.ts";
import { smtpMailer, type SmtpMailer, type SmtpMailerOptions } from "../src/index.ts";
import { aMessage, coreMessage } from "./messages.ts";

const from = "Ключница <no-reply@mail.example>";
const longLine = `https://mail.example/${"a0".repeat(600)}`;
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

async function aServer(options: SmtpOptions = {}): Promise<SmtpService> {
  const server = await startSmtp(options);
  ends.push(() => server.stop());
  return server;
}

function aMailer(server: SmtpService, options: Partial<SmtpMailerOptions> = {}): SmtpMailer {
  const mailer = smtpMailer({ url: server.url, from, ca: server.authority, ...options });
  ends.unshift(() => mailer.close());
  return mailer;
}

const onlyMail = (server: SmtpService): SmtpService["accepted"][number] => {
  expect(server.accepted).toHaveLength(1);
  const [mail] = server.accepted;
  if (mail === undefined) throw new Error("no mail was accepted");
  return mail;
};

const header = (mail: Email, name: string): string | undefined =>
  mail.headers.find(({ key }) => key === name)?.value;

it("delivers over STARTTLS, with a certificate that it trusts", async () => {
  const server = await aServer();
  await aMailer(server).send(aMessage());
  expect(onlyMail(server)).toMatchObject({ secure: true, user: null });
});

it("delivers over TLS from the first byte", async () => {
  const server = await aServer({ tls: "implicit" });
  await aMailer(server).send(aMessage());
  expect(onlyMail(server)).toMatchObject({ secure: true });
});

it("signs in with the user and password of its address, percent-encoded", async () => {
  const account = { user: "latch@key", password: "p@ss:word/Ж%20" };
  const server = await aServer({ account });
  const url = new URL(server.url);
  const words = [account.user, account.password].map(encodeURIComponent).join(":");
  await aMailer(server, { url: `smtp://${words}@${url.host}` }).send(aMessage());
  expect(onlyMail(server)).toMatchObject({ secure: true, user: account.user });
});

it("goes in the clear to a loopback host that was named so, and there only", async () => {
  const server = await aServer({ tls: "none" });
  await aMailer(server, { url: `${server.url}?tls=off`, ca: undefined }).send(aMessage());
  expect(onlyMail(server)).toMatchObject({ secure: false });
});

it("goes to the stored address alone, from the address of the options", async () => {
  const server = await aServer();
  await aMailer(server, { replyTo: "help@mail.example" }).send(aMessage());
  const mail = onlyMail(server);
  expect(mail).toMatchObject({ from: "no-reply@mail.example", to: ["anna@example.com"] });
  const parsed = await PostalMime.parse(mail.raw);
  expect(parsed.from).toEqual({ name: "Ключница", address: "no-reply@mail.example" });
  expect(parsed.to).toEqual([{ name: "", address: "anna@example.com" }]);
  expect(parsed.replyTo).toEqual([{ name: "", address: "help@mail.example" }]);
  expect(parsed.cc ?? []).toEqual([]);
  expect(parsed.bcc ?? []).toEqual([]);
});

it("arrives as it was written: subject, text and HTML, byte for byte", async () => {
  const server = await aServer();
  const message = aMessage();
  await aMailer(server).send(message);
  const parsed = await PostalMime.parse(onlyMail(server).raw);
  expect(parsed.subject).toBe(message.subject);
  expect(parsed.text?.replaceAll("\r\n", "\n").trimEnd()).toBe(message.text.trimEnd());
  expect(parsed.html?.replaceAll("\r\n", "\n").trimEnd()).toBe(message.html.trimEnd());
  expect(parsed.attachments).toEqual([]);
});

it.each(["en", "ru"] as const)(
  "carries core's own mail in %s as it was composed",
  async (locale) => {
    const server = await aServer();
    const message = await coreMessage(locale);
    await aMailer(server).send(message);
    const parsed = await PostalMime.parse(onlyMail(server).raw);
    expect(parsed.subject).toBe(message.subject);
    expect(parsed.text?.trimEnd()).toBe(message.text.trimEnd());
    expect(parsed.html?.trimEnd()).toBe(message.html.trimEnd());
    expect(header(parsed, "content-language")).toBe(locale);
  },
);

it.each([
  { script: "Cyrillic", message: aMessage() },
  { script: "Latin", message: { ...aMessage(), text: longLine, html: `<p>${longLine}</p>` } },
])("is two alternatives, $script too, in ASCII lines that no server cuts", async ({ message }) => {
  const server = await aServer();
  await aMailer(server).send(message);
  const { raw } = onlyMail(server);
  expect(raw).toMatch(/^Content-Type: multipart\/alternative;/m);
  expect(raw.match(/^Content-Type: text\/(plain|html); charset=utf-8\r$/gm)).toHaveLength(2);
  expect(raw.indexOf("text/plain")).toBeLessThan(raw.indexOf("text/html"));
  expect(Buffer.byteLength(raw)).toBe(raw.length);
  expect(Math.max(...raw.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(78);
});

it("says that a machine wrote it, asks for no answer, and names no program", async () => {
  const server = await aServer();
  await aMailer(server).send(aMessage());
  const parsed = await PostalMime.parse(onlyMail(server).raw);
  expect(header(parsed, "auto-submitted")).toBe("auto-generated");
  expect(header(parsed, "x-auto-response-suppress")).toBe("All");
  expect(header(parsed, "content-language")).toBe("ru");
  expect(new Date(parsed.date ?? "").getTime()).toBeGreaterThan(Date.now() - 60_000);
  const names = parsed.headers.map(({ key }) => key);
  expect(names).not.toContain("x-mailer");
  expect(names.filter((name) => name.startsWith("list-"))).toEqual([]);
});

it("has the same Message-ID on every try of one message, and another for another", async () => {
  const server = await aServer();
  const mailer = aMailer(server);
  const message = aMessage();
  await mailer.send(message);
  await mailer.send(message);
  await mailer.send(aMessage());
  const ids = await Promise.all(
    server.accepted.map(async ({ raw }) => (await PostalMime.parse(raw)).messageId),
  );
  expect(ids.slice(0, 2)).toEqual(Array(2).fill(`<${message.id}@mail.example>`));
  expect(ids[2]).not.toBe(ids[0]);
});

it("keeps a subject one header, whatever is in it", async () => {
  const server = await aServer();
  await aMailer(server).send(aMessage({ subject: "Hello\r\nBcc: evil@example.org\r\n\r\nbody" }));
  const mail = onlyMail(server);
  expect(mail.to).toEqual(["anna@example.com"]);
  const parsed = await PostalMime.parse(mail.raw);
  expect(parsed.bcc ?? []).toEqual([]);
  expect(parsed.subject).toContain("Bcc: evil@example.org");
});

it("uses its connections again", async () => {
  const server = await aServer();
  const mailer = aMailer(server, { maxConnections: 2 });
  for (let round = 0; round < 5; round += 1) {
    await Promise.all([mailer.send(aMessage()), mailer.send(aMessage())]);
  }
  expect(server.accepted).toHaveLength(10);
  expect(server.connections()).toBe(2);
});

it("finds a server again that was away, without being told", async () => {
  const certificate = await makeCertificate();
  const first = await startSmtp({ certificate });
  const mailer = aMailer(first);
  await mailer.send(aMessage());
  await first.stop();
  await expect(mailer.send(aMessage())).rejects.toMatchObject({ code: "ECONNREFUSED" });
  const second = await aServer({ certificate, port: first.port });
  await mailer.send(aMessage());
  expect(second.accepted).toHaveLength(1);
});

it("close waits for the mail that is being sent, and then nothing more is", async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const server = await aServer({
    async atEnd() {
      await held;
      return null;
    },
  });
  const mailer = aMailer(server);
  const sending = mailer.send(aMessage());
  let closed = false;
  const closing = mailer.close().then(() => (closed = true));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(closed).toBe(false);
  release();
  await closing;
  await expect(sending).resolves.toBeUndefined();
  expect(server.accepted).toHaveLength(1);
  await expect(mailer.send(aMessage())).rejects.toMatchObject({ code: "ECLOSED" });
});

it("takes a nodemailer transport of your own, and leaves it open", async () => {
  const server = await aServer();
  const { hostname: host, port } = new URL(server.url);
  const transport = createTransport({
    ...{ host, port: Number(port), requireTLS: true, tls: { ca: server.authority } },
  });
  const mailer = smtpMailer({ transport, from });
  await mailer.send(aMessage());
  await mailer.close();
  await transport.sendMail({ from, to: "anna@example.com", text: "still open" });
  expect(server.accepted).toHaveLength(2);
});
