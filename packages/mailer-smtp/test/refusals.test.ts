import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { inspect } from "node:util";
import { afterAll, expect, it } from "vitest";
import {
  makeCertificate,
  startSmtp,
  type SmtpOptions,
  type SmtpService,
} from "../../../tools/services/smtp.ts";
import { smtpMailer, type SmtpMailer, type SmtpMailerOptions } from "../src/index.ts";
import { aMessage } from "./messages.ts";

const from = "no-reply@mail.example";
const ends: (() => unknown)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

async function aServer(options: SmtpOptions = {}): Promise<SmtpService> {
  const server = await startSmtp(options);
  ends.push(() => server.stop());
  return server;
}

function aMailer(options: Omit<SmtpMailerOptions, "from">): SmtpMailer {
  const mailer = smtpMailer({ from, ...options });
  ends.unshift(() => mailer.close());
  return mailer;
}

const mailerOf = (
  { url, authority: ca }: SmtpService,
  options: Partial<SmtpMailerOptions> = {},
): SmtpMailer => aMailer({ url, ca, ...options });

/** A server of raw lines: for what no proper one does. Everything it is told is kept. */
async function aRawServer(
  talk: (socket: Socket, said: string) => void,
): Promise<{ url: string; port: number; heard: string[]; sockets: Set<Socket> }> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    socket.setEncoding("utf8").on("data", (said: string) => {
      heard.push(said);
      talk(socket, said);
    });
    talk(socket, "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, port, heard, sockets };
}

/** Whatever was thrown. */
async function thrown(sending: Promise<void>): Promise<Error & { readonly code?: string }> {
  const error = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error("it was sent");
}

it("a recipient refused for good (5xx) is MailRefused with the server's status", async () => {
  const server = await aServer({
    atRecipient: () => ({ status: 550, text: "5.1.1 no such user: anna@example.com" }),
  });
  const error = await thrown(mailerOf(server).send(aMessage()));
  expect(error).toMatchObject({ name: "MailRefused", code: "550-5.1.1" });
});

it("a message refused for good after DATA is MailRefused", async () => {
  const server = await aServer({ atEnd: () => ({ status: 554, text: "looks like spam" }) });
  const error = await thrown(mailerOf(server).send(aMessage()));
  expect(error).toMatchObject({ name: "MailRefused", code: "554" });
});

it.each([
  {
    when: "greylisting",
    options: { atRecipient: () => ({ status: 451, text: "4.7.1 come back" }) },
  },
  { when: "a full queue", options: { atEnd: () => ({ status: 452, text: "4.7.1 not now" }) } },
])("$when (4xx) may be tried again", async ({ options }) => {
  const server = await aServer(options);
  const error = await thrown(mailerOf(server).send(aMessage()));
  expect(error.name).toBe("SmtpError");
  expect(error.code).toMatch(/^45[12]-4\.7\.1$/);
});

it("a connection serves the next mail after one that was refused", async () => {
  const server = await aServer({
    atRecipient: (address) =>
      address.startsWith("nobody") ? { status: 550, text: "5.1.1 nobody here" } : null,
  });
  const mailer = mailerOf(server, { maxConnections: 1 });
  await thrown(mailer.send(aMessage({ to: "nobody@example.com" })));
  await mailer.send(aMessage());
  expect(server.accepted).toHaveLength(1);
  expect(server.connections()).toBe(1);
});

it.each([
  ["a refused sign-in", "wrong", "535-5.7.8"],
  ["a sign-in that is missing", null, "530"],
])("%s may be tried again: it is our fault, not the mail's", async (_what, password, code) => {
  const server = await aServer({ account: { user: "us", password: "right" } });
  const words = password === null ? "" : `us:${password}@`;
  const url = server.url.replace("://", `://${words}`);
  const error = await thrown(aMailer({ url, ca: server.authority }).send(aMessage()));
  expect(error).toMatchObject({ name: "SmtpError", code });
  expect(server.accepted).toEqual([]);
});

it("a refused sender may be tried again", async () => {
  const raw = await aRawServer((socket, said) => {
    if (said === "") socket.write("220 mail.example\r\n");
    else if (said.startsWith("EHLO")) socket.write("250 mail.example\r\n");
    else socket.write("550 5.7.1 your address is on a list\r\n");
  });
  const error = await thrown(aMailer({ url: `${raw.url}?tls=off` }).send(aMessage()));
  expect(error).toMatchObject({ name: "SmtpError", code: "550-5.7.1" });
});

it("nothing of a mail goes to a server whose certificate is not trusted", async () => {
  const server = await aServer();
  const { cert: ca } = await makeCertificate();
  const error = await thrown(mailerOf(server, { ca }).send(aMessage()));
  expect(error.name).toBe("SmtpError");
  expect(error.code).toMatch(/CERT|ESOCKET|ETLS/);
  expect(server.accepted).toEqual([]);
});

it("nothing of a mail goes to a server with another one's certificate", async () => {
  const certificate = await makeCertificate(["other.example"]);
  const server = await aServer({ certificate });
  const error = await thrown(mailerOf(server).send(aMessage()));
  expect(error).toMatchObject({ name: "SmtpError", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  expect(server.accepted).toEqual([]);
});

it("trusts no certificate because the environment says so", async () => {
  const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    const server = await aServer();
    const error = await thrown(mailerOf(server, { ca: undefined }).send(aMessage()));
    expect(error.name).toBe("SmtpError");
    expect(server.accepted).toEqual([]);
  } finally {
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
  }
});

it("says nothing to a server that offers no TLS, not even who it is", async () => {
  const server = await aServer({ tls: "none", account: { user: "us", password: "right" } });
  const url = server.url.replace("://", "://us:right@");
  const error = await thrown(aMailer({ url }).send(aMessage()));
  expect(error.name).toBe("SmtpError");
  expect(server.accepted).toEqual([]);
});

it("a middle man who strips STARTTLS out hears no password and no mail", async () => {
  const raw = await aRawServer((socket, said) => {
    if (said === "") socket.write("220 mail.example\r\n");
    // "250-STARTTLS" was cut out of what the real server said, and the command is refused.
    else if (said.startsWith("EHLO")) socket.write("250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n");
    else if (said.startsWith("STARTTLS")) socket.write("502 5.5.1 what is that?\r\n");
    else socket.write("250 go on\r\n");
  });
  const url = raw.url.replace("://", "://us:middle-man-bait@");
  const error = await thrown(aMailer({ url }).send(aMessage()));
  expect(error.name).toBe("SmtpError");
  const heard = raw.heard.join("");
  expect(heard).not.toMatch(/AUTH|MAIL FROM|RCPT|DATA|anna/);
  expect(heard).not.toContain(Buffer.from("middle-man-bait").toString("base64").slice(2, -2));
});

it("answers said before TLS began are not taken for answers said inside of it", async () => {
  const raw = await aRawServer((socket, said) => {
    if (said === "") socket.write("220 mail.example\r\n");
    else if (said.startsWith("EHLO")) socket.write("250-mail.example\r\n250 STARTTLS\r\n");
    // What follows the go-ahead was put there by somebody who cannot speak TLS.
    else if (said.startsWith("STARTTLS")) {
      socket.write(`220 go\r\n${"250 as you wish\r\n".repeat(4)}354 go\r\n250 taken\r\n`);
    }
  });
  const error = await thrown(aMailer({ url: raw.url, timeoutMs: 300 }).send(aMessage()));
  expect(error.name).toBe("SmtpError");
  expect(raw.heard.join("")).not.toContain("anna");
});

it("a server that dies in the middle of DATA has not accepted the mail", async () => {
  const raw = await aRawServer((socket, said) => {
    if (said === "") socket.write("220 mail.example\r\n");
    else if (said.startsWith("EHLO")) socket.write("250 mail.example\r\n");
    else if (/^(MAIL|RCPT)/.test(said)) socket.write("250 yes\r\n");
    else if (said.startsWith("DATA")) socket.write("354 go\r\n");
    else socket.destroy();
  });
  const error = await thrown(aMailer({ url: `${raw.url}?tls=off` }).send(aMessage()));
  expect(error.name).toBe("SmtpError");
  expect(error.code).toMatch(/^E[A-Z]+$/);
});

it.each(["a silent", "a silent after the greeting"])(
  "%s server is left after the time for silence",
  async (what) => {
    const raw = await aRawServer((socket, said) => {
      if (said === "" && what !== "a silent") socket.write("220 mail.example\r\n");
    });
    const before = performance.now();
    const mailer = aMailer({ url: `${raw.url}?tls=off`, timeoutMs: 200 });
    const error = await thrown(mailer.send(aMessage()));
    expect(error).toMatchObject({ name: "SmtpError", code: "ETIMEDOUT" });
    expect(performance.now() - before).toBeLessThan(2000);
  },
);

it("a server that says a little now and then is left at the deadline, and its queue with it", async () => {
  let patient = true;
  const raw = await aRawServer((socket, said) => {
    if (said === "") socket.write("220 mail.example\r\n");
    else if (said.startsWith("EHLO") && !patient) socket.write("250 mail.example\r\n");
    else if (said.startsWith("EHLO")) {
      const timer = setInterval(() => socket.write("250-still thinking\r\n"), 50);
      socket.on("close", () => clearInterval(timer));
    } else if (said.startsWith("DATA")) socket.write("354 go\r\n");
    else if (/^(MAIL|RCPT)|\r\n\.\r\n$/.test(said)) socket.write("250 yes\r\n");
  });
  const mailer = aMailer({
    ...{ url: `${raw.url}?tls=off`, timeoutMs: 1000, deadlineMs: 400, maxConnections: 1 },
  });
  const both = [mailer.send(aMessage()), mailer.send(aMessage({ to: "second@example.com" }))];
  for (const sending of both) {
    expect((await thrown(sending)).name).toBe("SmtpError");
  }
  patient = false;
  await mailer.send(aMessage({ to: "third@example.com" }));
  const heard = raw.heard.join("");
  expect(heard).toContain("third@example.com");
  expect(heard).not.toContain("second@example.com");
});

it("nobody listening may be tried again, and says so", async () => {
  const server = await startSmtp();
  await server.stop();
  const error = await thrown(mailerOf(server).send(aMessage()));
  expect(error).toMatchObject({ name: "SmtpError", code: "ECONNREFUSED" });
});

it("no error repeats an address, a password, or what the server quotes", async () => {
  const quoting = (status: number): SmtpOptions => ({
    account: { user: "us-canary", password: "pass-canary" },
    atRecipient: (address) => ({ status, text: `5.1.1 <${address}> your code is 123456` }),
  });
  for (const status of [451, 550]) {
    const server = await aServer(quoting(status));
    for (const words of ["us-canary:pass-canary@", "us-canary:wrong-canary@"]) {
      const url = server.url.replace("://", `://${words}`);
      const error = await thrown(aMailer({ url, ca: server.authority }).send(aMessage()));
      const all = [error.message, error.stack, inspect(error, { depth: 9 }), JSON.stringify(error)];
      expect(all.join()).not.toMatch(/canary|anna|example\.com|123456/);
    }
  }
});
