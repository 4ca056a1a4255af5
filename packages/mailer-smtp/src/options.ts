import { parseSender } from "./address.ts";
import type { Sender } from "./compose.ts";
import type { MailTransportLike } from "./mail-transport-like.ts";

/** Where mail goes, and whom it is from. */
export interface SmtpMailerOptions {
  /**
   * `smtp://user:password@host:587` (STARTTLS) or `smtps://user:password@host:465` (TLS from the
   * first byte); user and password percent-encoded. `?tls=off` says what the option `tls` says.
   */
  readonly url?: string | undefined;
  /**
   * A nodemailer transport of your own instead of `url`, such as one for SES or with OAuth 2. Its
   * TLS, timeouts and end are yours.
   */
  readonly transport?: MailTransportLike | undefined;
  /** `no-reply@example.com` or `Example <no-reply@example.com>`. */
  readonly from: string;
  /** Where answers go, in the same form (default: to `from`). */
  readonly replyTo?: string | undefined;
  /**
   * `"required"`: nothing is said to a server whose certificate is not trusted, or that offers no
   * TLS. `"off"`: in the clear, to a loopback host only. `"dangerously-off"`: in the clear to any
   * host; whoever sits between reads your password there, and every code and link (default:
   * `"required"`).
   */
  readonly tls?: "required" | "off" | "dangerously-off" | undefined;
  /** Certificates to trust instead of the system's, as PEM (default: the system's). */
  readonly ca?: string | readonly string[] | undefined;
  /** Connections kept open at once, 1–100 (default: 5). */
  readonly maxConnections?: number | undefined;
  /** Milliseconds to connect, to be greeted, and of silence, 100–60,000 (default: 10,000). */
  readonly timeoutMs?: number | undefined;
  /**
   * Milliseconds for a whole mail, 100–600,000 (default: 30,000). Keep it below `jobs.leaseSeconds`,
   * or another worker sends the same mail meanwhile.
   */
  readonly deadlineMs?: number | undefined;
}

/** A server, as nodemailer wants it described. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly plaintext: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
  readonly ca: readonly string[] | null;
  readonly maxConnections: number;
  readonly timeoutMs: number;
}

/** Options, complete and checked. */
export interface SmtpSettings {
  readonly sender: Sender;
  readonly deadlineMs: number;
  readonly carrier: ServerSettings | MailTransportLike;
}

const known: readonly string[] = [
  ...["url", "transport", "from", "replyTo", "tls", "ca", "maxConnections", "timeoutMs"],
  "deadlineMs",
];

/** No message repeats a value: an address may hold a password. */
const refusal = (option: string, why: string): TypeError =>
  new TypeError(`smtpMailer: ${option}: ${why}`);

/** @throws TypeError naming the option that cannot be used. */
export function resolveOptions(options: SmtpMailerOptions): SmtpSettings {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw refusal(unknown.join(", "), `there is only ${known.join(", ")}`);
  const { url, transport } = options;
  const deadlineMs = whole(options, "deadlineMs", 30_000, 100, 600_000);
  const sender = {
    from: address("from", options.from),
    replyTo: options.replyTo === undefined ? null : address("replyTo", options.replyTo),
  };
  if ((url === undefined) === (transport === undefined)) {
    throw refusal("url, transport", "give one of the two");
  }
  if (transport === undefined) return { sender, deadlineMs, carrier: serverOf(options) };
  if (typeof transport?.sendMail !== "function") {
    throw refusal("transport", "it has no sendMail: give what nodemailer.createTransport returns");
  }
  const idle = (["tls", "ca", "maxConnections", "timeoutMs"] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (idle.length > 0) throw refusal(idle.join(", "), "a transport of your own has its own");
  return { sender, deadlineMs, carrier: transport };
}

function serverOf(options: SmtpMailerOptions): ServerSettings {
  const url = parseUrl(options.url);
  const secure = url.protocol === "smtps:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const plaintext = isPlaintext(options, url, host);
  if (plaintext && secure) throw refusal("tls", "smtps:// is TLS; leave it on, or use smtp://");
  const { ca } = options;
  const authorities = ca === undefined ? null : [ca].flat();
  if (authorities?.some((pem) => !isPem(pem))) throw refusal("ca", "give certificates as PEM");
  return {
    ...{ host, secure, plaintext, ca: authorities },
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    auth: credentials(url),
    maxConnections: whole(options, "maxConnections", 5, 1, 100),
    timeoutMs: whole(options, "timeoutMs", 10_000, 100, 60_000),
  };
}

const isPem = (value: unknown): boolean =>
  typeof value === "string" && value.includes("-----BEGIN CERTIFICATE-----");

function parseUrl(text: unknown): URL {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : null;
  const isSmtp = url !== null && ["smtp:", "smtps:"].includes(url.protocol) && url.hostname !== "";
  const extra = url === null ? [] : [...url.searchParams.keys()].filter((name) => name !== "tls");
  if (!isSmtp || !["", "/"].includes(url.pathname) || url.hash !== "" || extra.length > 0) {
    throw refusal(
      "url",
      "give smtp://user:password@host:port or smtps://…, user and password percent-encoded, " +
        "with nothing after it but ?tls=off",
    );
  }
  return url;
}

function isPlaintext({ tls }: SmtpMailerOptions, url: URL, host: string): boolean {
  const said = [tls, ...url.searchParams.getAll("tls")].filter((word) => word !== undefined);
  const [word = "required"] = said;
  if (new Set(said).size > 1) throw refusal("tls", "it says one thing and the url another");
  if (!["required", "off", "dangerously-off"].includes(word)) {
    throw refusal("tls", `give "required", "off" or "dangerously-off"`);
  }
  if (word === "off" && !/^(?:localhost|::1|127(?:\.\d{1,3}){3})$/.test(host)) {
    throw refusal("tls", `"off" is for a loopback host; everybody on the way could read the mails`);
  }
  return word !== "required";
}

function credentials({ username, password }: URL): ServerSettings["auth"] {
  if (username === "" && password === "") return null;
  const [user, pass] = [username, password].map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return "";
    }
  });
  if (!user || !pass) {
    throw refusal("url", "give user and password, percent-encoded, or neither");
  }
  return { user, pass };
}

function address(option: string, text: unknown): Sender["from"] {
  const found = typeof text === "string" ? parseSender(text) : null;
  if (found !== null) return found;
  throw refusal(option, "give one address: no-reply@example.com or Example <no-reply@example.com>");
}

function whole(
  options: SmtpMailerOptions,
  option: "deadlineMs" | "maxConnections" | "timeoutMs",
  usual: number,
  least: number,
  most: number,
): number {
  const value = options[option] ?? usual;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw refusal(option, `give a whole number from ${least} to ${most}`);
}
