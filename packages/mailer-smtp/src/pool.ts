import { createTransport, type Transporter } from "nodemailer";
import type { MailTransportLike } from "./mail-transport-like.ts";
import type { ServerSettings } from "./options.ts";

/** Connections to one server. */
export interface Pool extends MailTransportLike {
  /** Leaves behind connections that stand still, and what waits for them. */
  renew(): void;
  close(): void;
}

export function openPool(settings: ServerSettings): Pool {
  let transporter = connect(settings);
  return {
    sendMail: (mail) => transporter.sendMail(mail),
    renew() {
      transporter.close();
      transporter = connect(settings);
    },
    close: () => transporter.close(),
  };
}

function connect(settings: ServerSettings): Transporter {
  const { host, port, secure, plaintext, auth, ca, maxConnections, timeoutMs } = settings;
  const transporter = createTransport({
    pool: true,
    ...{ host, port, secure, maxConnections },
    ...(plaintext ? { ignoreTLS: true } : { requireTLS: true }),
    ...(auth !== null && { auth, forceAuth: true }),
    tls: {
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      ...(ca !== null && { ca: [...ca] }),
    },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    // Says goodbye before the silence is taken for a fault.
    idleTimeout: timeoutMs / 2,
    // A connection that was lost while idle is replaced at once; all else is the worker's to retry.
    maxRequeues: 1,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // Whoever sends hears of it; a connection that was lost while idle is nobody's fault.
  transporter.on("error", () => {});
  return transporter;
}
