import { readFileSync } from "node:fs";

/** A file of the demo page: where it stands, and the whole answer to whoever asks for it. */
export interface DemoFile {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** No other origin, no inline script, no eval; forms go nowhere but through the script. */
const policy = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'"],
  ...["connect-src 'self'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"],
  "require-trusted-types-for 'script'",
].join("; ");

const html = "text/html; charset=utf-8";
const script = "text/javascript; charset=utf-8";
const style = "text/css; charset=utf-8";
const image = "image/svg+xml; charset=utf-8";

/** Everything the page is made of, as it is served by any framework. */
export const demoPage: readonly DemoFile[] = [
  file("/", "index.html", html),
  file("/demo/style.css", "style.css", style),
  file("/demo/icon.svg", "icon.svg", image),
  file("/demo/main.js", "main.js", script),
  file("/demo/account.js", "account.js", script),
  file("/demo/client.js", "client.js", script),
  file("/demo/form.js", "form.js", script),
  file("/demo/words.js", "words.js", script),
];

function file(path: string, name: string, contentType: string): DemoFile {
  return {
    path,
    headers: {
      "content-type": contentType,
      "content-security-policy": policy,
      "cache-control": "no-cache",
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
    body: readFileSync(new URL(`../public/${name}`, import.meta.url), "utf8"),
  };
}
