import type { MemoryMailer } from "@latchkey/core/memory";
import type { FastifyPluginAsync } from "fastify";
import { isLoopback } from "./environment.ts";

/** What a proxy adds: whoever comes through one does not sit at this machine. */
const forwarding = [
  ...["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"],
];

/** The mails kept in memory, for whoever sits at this machine: nobody else's Host is answered. */
export const mailbox: FastifyPluginAsync<{ mailer: MemoryMailer }> = async (app, { mailer }) => {
  app.addHook("onRequest", async (request, reply) => {
    // A page of another site can reach a loopback port by its own name; the name gives it away.
    const forwarded = forwarding.some((name) => request.headers[name] !== undefined);
    if (forwarded || !isLoopback(request.host.replace(/:\d+$/, ""))) {
      return reply.code(404).type("text/plain").send("not found\n");
    }
  });

  app.get("/dev/mailbox.json", async (_request, reply) => {
    const mails = mailer.messages.map(({ to, kind, subject, text, html, at }) => ({
      ...{ to, kind, subject, text, html, at },
    }));
    return reply.header("cache-control", "no-store").send(mails);
  });

  app.get("/dev/mailbox", async (_request, reply) =>
    reply
      .header("cache-control", "no-store")
      .header(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'",
      )
      .type("text/html; charset=utf-8")
      .send(page(mailer)),
  );
};

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
