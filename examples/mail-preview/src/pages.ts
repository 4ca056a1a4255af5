import type { KeptMessage } from "@latchkey/core/memory";

/** Where a mail is to be seen: alone it is `.html`, as its text `.txt`. */
export const pathOf = ({ locale, kind }: KeptMessage): string => `/${locale}/${kind}`;

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:84rem;margin:2rem auto;padding:0 1rem}
h2{margin:2rem 0 0}.both{display:flex;flex-wrap:wrap;gap:1rem}
figure{flex:1 1 22rem;margin:0}iframe{width:100%;height:44rem;border:1px solid #8884;border-radius:8px}
pre{white-space:pre-wrap;overflow-wrap:anywhere}`;

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${escape(title)}</title>
<style>${style}</style></head>
<body>${body}</body></html>
`;

export const schemes = ["light", "dark"] as const;

/** A mail's HTML as a reader has it who prefers these colours, whatever the browser prefers. */
export function inScheme(html: string, scheme: (typeof schemes)[number]): string {
  return html
    .replaceAll("(prefers-color-scheme: dark)", scheme === "dark" ? "all" : "not all")
    .replaceAll("color-scheme: light dark", `color-scheme: ${scheme}`);
}

/** All mails, by language. */
export function indexPage(mails: readonly KeptMessage[]): string {
  const languages = [...new Set(mails.map(({ locale }) => locale))].map((locale) => {
    const items = mails
      .filter((mail) => mail.locale === locale)
      .map(
        (mail) => `<li><a href="${pathOf(mail)}">${escape(mail.subject)}</a> (${mail.kind})</li>`,
      );
    return `<h2>${locale}</h2><ul>${items.join("")}</ul>`;
  });
  return page("Mails", `<h1>Mails</h1><p>Made by the library just now.</p>${languages.join("")}`);
}

/** One mail: for a light and a dark screen, and as text. */
export function mailPage(mail: KeptMessage): string {
  const path = pathOf(mail);
  const frames = schemes.map(
    (scheme) => `<figure><figcaption>${scheme}</figcaption>
<iframe sandbox title="${scheme}" src="${path}.${scheme}.html"></iframe></figure>`,
  );
  return page(
    mail.subject,
    `<p><a href="/">All mails</a></p><h1>${escape(mail.subject)}</h1><p>to ${escape(mail.to)}</p>
<div class="both">${frames.join("")}</div>
<h2>As text</h2><p><a href="${path}.html">HTML alone</a> · <a href="${path}.txt">text alone</a></p>
<pre>${escape(mail.text)}</pre>`,
  );
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
