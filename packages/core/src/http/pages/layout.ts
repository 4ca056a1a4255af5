import type { EndpointReply } from "../endpoint.ts";
import { markup, type Markup } from "./markup.ts";
import { style, styleSource } from "./style.ts";
import type { Visit } from "./visit.ts";

const policy = [
  "default-src 'none'",
  `style-src ${styleSource}`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** On every answer of a page, redirects and refusals included. HSTS is the edge's to say. */
const guarded = {
  "cache-control": "no-store",
  pragma: "no-cache",
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  vary: "Accept-Language",
} as const;

type Headers = Readonly<Record<string, string>>;

/** What a page says, and how. */
export interface PageContent {
  readonly status: number;
  /** Its heading, and with the product its title. */
  readonly heading: string;
  /** Stands before the title where something is to be corrected. */
  readonly titlePrefix?: string;
  readonly blocks: readonly Markup[];
  readonly headers?: Headers;
}

// A key in a ring: decoration, which a screen reader passes over.
const mark = markup`<svg width="28" height="28" viewBox="0 0 28 28" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true" focusable="false"><circle cx="14" cy="14" r="12.5"/><circle cx="11" cy="14" r="3.25"/><path d="M14.5 14H21M18 14v3M21 14v2"/></svg>`;

/** A page as HTML. */
export function page(visit: Visit, content: PageContent): EndpointReply {
  const { locale } = visit.client;
  const { productName } = visit.auth.settings;
  const { status, heading, titlePrefix = "", blocks, headers = {} } = content;
  const document = markup`<!DOCTYPE html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${titlePrefix}${heading} — ${productName}</title>
<style>${{ html: style }}</style>
</head>
<body>
<header><p class="brand">${mark}<span>${productName}</span></p></header>
<main>
<h1>${heading}</h1>
${blocks}
</main>
</body>
</html>
`;
  return {
    status,
    headers: {
      ...guarded,
      "content-type": "text/html; charset=utf-8",
      "content-language": locale,
      ...headers,
    },
    body: document.html,
  };
}

/** On to another page, to be got (RFC 9110, section 15.4.4). */
export function seeOther(visit: Visit, location: string, headers: Headers = {}): EndpointReply {
  const told = { "content-language": visit.client.locale, location };
  return { status: 303, headers: { ...guarded, ...told, ...headers }, body: null };
}

export function paragraph(text: string): Markup {
  return markup`<p>${text}</p>`;
}

/** A link that looks like the page's one thing to do. */
export function button(label: string, href: string): Markup {
  return markup`<a class="button" href="${href}">${label}</a>`;
}

/** A link below it, for whoever wants something else. */
export function otherWay(label: string, href: string): Markup {
  return markup`<p class="other"><a href="${href}">${label}</a></p>`;
}
