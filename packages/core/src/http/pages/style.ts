import { createHash } from "node:crypto";

/** The look of every page: one card, the system's own typeface, light and dark. */
export const style: string = `
:root {
  color-scheme: light dark;
  --page: #f2f4f7; --card: #ffffff; --line: #dde2ea; --ink: #1d2433; --dim: #566072;
  --edge: #7a8496; --accent: #1f5fd6; --on-accent: #ffffff; --press: #194fb4;
  --fault: #b3261e; --fault-wash: #fdf1f0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151c; --card: #1c212b; --line: #2d3545; --ink: #eef1f6; --dim: #a8b1c1;
    --edge: #7f8a9d; --accent: #8fb4ff; --on-accent: #0f1a33; --press: #b3ccff;
    --fault: #ffb4ab; --fault-wash: #3a2323;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center;
  padding: clamp(1.5rem, 9vh, 6rem) 1rem 2rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: break-word;
}
header { width: 100%; max-width: 27rem; padding: 0 .25rem 1rem; }
.brand { margin: 0; display: flex; gap: .6rem; align-items: center; font-weight: 600; }
.brand svg { flex: none; color: var(--accent); }
.brand span { min-width: 0; }
main {
  width: 100%; max-width: 27rem; padding: clamp(1.5rem, 6vw, 2.5rem); background: var(--card);
  border: 1px solid var(--line); border-radius: 16px; box-shadow: 0 1px 2px #10182808;
}
h1 { margin: 0 0 .75rem; font-size: 1.625rem; line-height: 1.25; letter-spacing: -.01em; }
p { margin: 0 0 1rem; }
form { margin: 1.75rem 0 0; }
.field { margin: 0 0 1.5rem; }
label { display: block; margin: 0 0 .375rem; font-weight: 600; }
input {
  display: block; width: 100%; min-height: 48px; padding: .625rem .875rem; font: inherit;
  color: var(--ink); background: var(--card); border: 1px solid var(--edge); border-radius: 10px;
}
input[aria-invalid] { border: 2px solid var(--fault); }
.hint, .fault { margin: .5rem 0 0; font-size: .9375rem; }
.hint { color: var(--dim); }
.fault { color: var(--fault); font-weight: 600; }
.button {
  display: block; width: 100%; min-height: 48px; padding: .6875rem 1rem; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 0; border-radius: 10px;
}
p + .button { margin-top: 1.75rem; }
.button:hover, .button:active { background: var(--press); }
p + .button { margin-top: 1.75rem; }
.other { margin: .75rem 0 -.75rem; text-align: center; }
.other + .other { margin-top: .75rem; }
.other a { display: inline-block; padding: .625rem .75rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
input:focus-visible, .button:focus-visible { border-radius: 10px; }
.summary {
  margin: 1.25rem 0 0; padding: .875rem 1rem .375rem; background: var(--fault-wash);
  border-left: 4px solid var(--fault); border-radius: 6px;
}
.summary h2 { margin: 0; font-size: 1rem; }
.summary ul { margin: 0; padding: 0; list-style: none; }
.summary a { display: block; padding: .625rem 0; color: var(--fault); }
@media (forced-colors: active) { .button { border: 1px solid ButtonText; } }
`;

/** Lets this style in, and no other (CSP Level 3, section 2.3.1). */
export const styleSource: string = `'sha256-${createHash("sha256").update(style).digest("base64")}'`;
