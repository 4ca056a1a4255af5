import type { MemoryMailer } from "@latchkey/core/memory";
import { Router, type RequestHandler } from "express";
import { isLoopback } from "./environment.ts";

/** What a proxy adds: whoever comes through one does not sit at this machine. */
const forwarding = [
  ...["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"],
];

/** The mails kept in memory, for whoever sits at this machine: nobody else's Host is answered. */
export function mailbox(mailer: MemoryMailer): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const guarded: RequestHandler = (request, response, next) => {
    // A page of another site can reach a loopback port by its own name; the name gives it away.
    const host = (request.headers.host ?? "").replace(/:\d+$/, "");
    const forwarded = forwarding.some((name) => request.headers[name] !== undefined);
    if (!forwarded && isLoopback(host)) return next();
    response.status(404).type("text/plain").send("not found\n");
  };

  router.get("/dev/mailbox.json", guarded, (_request, response) => {
    const mails = mailer.messages.map(({ to, kind, subject, text, html, at }) => ({
      ...{ to, kind, subject, text, html, at },
    }));
    response.set("cache-control", "no-store").json(mails);
  });

  router.get("/dev/mailbox", guarded, (_request, response) => {
    response
      .set("cache-control", "no-store")
      .set(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'",
      )
      .type("text/html; charset=utf-8")
      .send(page(mailer));
  });
  return router;
}

function page(mailer: MemoryMailer): string {
  const mails = mailer.messages.toReversed().map(
    (mail) => `<article>
<h2>${escape(mail.subject)}</h2>
<p>to ${escape(mail.to)} · ${escape(mail.at.toISOString())}</p>
<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="${escape(mail.subject)}"
 srcdoc="${escape(`<base target="_blank">${mail.html}`)}"></iframe>
<details><summary>as text</summary><pre>${escape(mail.text)}</pre></details>
</article>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Mailbox</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
iframe{width:100%;height:30rem;border:1px solid #8884;border-radius:8px;background:#fff}
article{margin:2rem 0}h2{margin:0}pre{white-space:pre-wrap}</style></head>
<body><h1>Mailbox</h1><p>Mails of this process, newest first. Nothing was sent anywhere.</p>
${mails.length === 0 ? "<p>No mail yet.</p>" : mails.join("\n")}
</body></html>
`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "");
}
