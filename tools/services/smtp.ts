// A real SMTP server for the tests, with a certificate made on the spot.
import type { AddressInfo } from "node:net";
import { domainToASCII } from "node:url";
import { callbackify } from "node:util";
import { generate } from "selfsigned";
import { SMTPServer, type SMTPServerSession } from "smtp-server";

/** A certificate for this machine's loopback names, which is its own authority. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A mail as it was accepted, byte for byte. */
export interface AcceptedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  /** Whether it came by TLS. */
  readonly secure: boolean;
  /** Who had signed in. */
  readonly user: string | null;
}

/** What to answer instead of "250". */
export interface SmtpReply {
  readonly status: number;
  readonly text: string;
}

export interface SmtpOptions {
  /** 0: any free one. */
  readonly port?: number;
  /** How TLS comes about: asked for, from the first byte, or not at all (starttls). */
  readonly tls?: "starttls" | "implicit" | "none";
  readonly certificate?: Certificate;
  /** Who may sign in, and has to. */
  readonly account?: { readonly user: string; readonly password: string };
  /** Decides about a recipient; null takes it. */
  readonly atRecipient?: (address: string) => SmtpReply | null;
  /** Decides about a whole mail before it is answered; null takes it. */
  readonly atEnd?: (mail: AcceptedMail) => SmtpReply | null | Promise<SmtpReply | null>;
}

export interface SmtpService {
  readonly port: number;
  /** smtp:// or smtps://, without a user. */
  readonly url: string;
  /** What a client has to trust. */
  readonly authority: string;
  readonly accepted: readonly AcceptedMail[];
  /** How many connections were made. */
  connections(): number;
  stop(): Promise<void>;
}

/** A new certificate for 127.0.0.1 and localhost (or for these names instead). */
export async function makeCertificate(names?: readonly string[]): Promise<Certificate> {
  const altNames =
    names === undefined
      ? [
          { type: 2 as const, value: "localhost" },
          { type: 7 as const, ip: "127.0.0.1" },
        ]
      : names.map((value) => ({ type: 2 as const, value }));
  const { private: key, cert } = await generate([{ name: "commonName", value: "mail.example" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames },
    ],
  });
  return { key, cert };
}

/** Starts a server that keeps what it accepts. */
export async function startSmtp(options: SmtpOptions = {}): Promise<SmtpService> {
  const { port = 0, tls = "starttls", account, atRecipient, atEnd } = options;
  const certificate = options.certificate ?? (await makeCertificate());
  const accepted: AcceptedMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    ...certificate,
    secure: tls === "implicit",
    // How long to wait for open connections when it is stopped.
    closeTimeout: 10,
    disabledCommands: [
      ...(tls === "none" ? ["STARTTLS"] : []),
      ...(account === undefined ? ["AUTH"] : []),
    ],
    allowInsecureAuth: tls === "none",
    authOptional: account === undefined,
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
    onAuth({ username, password }, _session, callback) {
      if (username === account?.user && password === account?.password) {
        return callback(null, { user: username });
      }
      return callback(failure({ status: 535, text: "5.7.8 wrong user or password" }));
    },
    onRcptTo({ address }, _session, callback) {
      const reply = atRecipient?.(address) ?? null;
      return callback(reply === null ? null : failure(reply));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      const end = async (): Promise<Error | null> => {
        const mail = received(session, Buffer.concat(chunks).toString("utf8"));
        const reply = (await atEnd?.(mail)) ?? null;
        if (reply !== null) return failure(reply);
        accepted.push(mail);
        return null;
      };
      stream.on("end", () => {
        callbackify(end)((_thrown, refusal) => callback(refusal));
      });
    },
  });
  // A client that breaks off is what some tests are about.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.server.address() as AddressInfo;
  return {
    port: address.port,
    url: `${tls === "implicit" ? "smtps" : "smtp"}://127.0.0.1:${address.port}`,
    authority: certificate.cert,
    accepted,
    connections: () => connections,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function received(session: SMTPServerSession, raw: string): AcceptedMail {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? "" : mailFrom.address,
    // The server undoes punycode to show names; what was said is told.
    to: rcptTo.map(({ address }) => address.replace(/[^@]*$/, (host) => domainToASCII(host))),
    raw,
    secure: session.secure,
    user: session.user || null,
  };
}

function failure({ status, text }: SmtpReply): Error {
  return Object.assign(new Error(text), { responseCode: status });
}
