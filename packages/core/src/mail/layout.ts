import { escapeHtml } from "../domain/html.ts";
import { clean, type Block, type Letter } from "./letter.ts";

const layoutTable = `role="presentation" cellpadding="0" cellspacing="0" border="0"`;
const typeface = (size: number, line: number, color: string): string =>
  `font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif;` +
  `font-size:${size}px;line-height:${line}px;color:${color}`;
const heading = typeface(24, 32, "#1d2433");
const body = typeface(16, 24, "#1d2433");
const button = typeface(16, 24, "#ffffff");
const small = typeface(14, 20, "#5b6474");
const accent = "#1f5fd6";

const darkRules = `.page { background-color: #12151c !important; }
.card { background-color: #1c212b !important; }
.ink { color: #eef1f6 !important; }
.dim { color: #a8b1c1 !important; }
.box { background-color: #2a3140 !important; color: #eef1f6 !important; }
.link { color: #8fb4ff !important; }`;

/** Fills what a list of mails, or a lock screen, has room for after the preheader: no code, no link. */
const emptiness = "&#847;&zwnj;&nbsp;".repeat(120);

/** The letter as text: one block, one paragraph; a code and a link each on a line of their own. */
export function renderText(letter: Letter): string {
  const blocks = letter.blocks.map((block) => textOf(block).map(clean).join("\n"));
  return `${[...blocks, clean(letter.footer)].join("\n\n")}\n`;
}

function textOf(block: Block): readonly string[] {
  switch (block.kind) {
    case "heading":
    case "paragraph":
    case "note":
      return [block.text];
    case "fact":
      return [`${block.label}: ${block.value}`];
    case "code":
      return [`${block.label}:`, block.code];
    case "action":
      return [`${block.label}:`, block.link];
  }
}

/**
 * The letter as HTML for mail clients: tables 600 px wide at most, as Outlook reads no other layout;
 * styles inline, as some clients drop the head; the head's rules only add the dark colours.
 */
export function renderHtml(letter: Letter): string {
  const { locale } = letter;
  return `<!DOCTYPE html>
<html lang="${locale}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${htmlText(letter.subject)}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
${darkRules}
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#f2f4f7">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${htmlText(letter.preheader)}</div>
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${emptiness}</div>
<table ${layoutTable} width="100%" lang="${locale}" class="page" style="background-color:#f2f4f7">
<tr><td align="center" style="padding:24px 12px">
<table ${layoutTable} width="600" style="width:100%;max-width:600px">
<tr><td class="card" style="padding:32px;background-color:#ffffff;border-radius:12px">
${letter.blocks.map(htmlOf).join("\n")}
</td></tr>
<tr><td class="dim" style="padding:16px 32px;${small}">${htmlText(letter.footer)}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

function htmlOf(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `<h1 class="ink" style="margin:0 0 16px;${heading}">${htmlText(block.text)}</h1>`;
    case "paragraph":
      return `<p class="ink" style="margin:0 0 16px;${body}">${htmlText(block.text)}</p>`;
    case "fact":
      return `<p class="ink" style="margin:0 0 16px;${body}">${htmlText(block.label)}: <strong>${htmlText(block.value)}</strong></p>`;
    case "code":
      return `<p class="dim" style="margin:0 0 8px;${small}">${htmlText(block.label)}:</p>
<table ${layoutTable} width="100%" style="margin:0 0 16px"><tr>
<td class="box" align="center" style="padding:16px;background-color:#eef2f9;border-radius:8px;color:#1d2433;font-family:Consolas,Menlo,monospace;font-size:32px;line-height:40px;font-weight:bold;letter-spacing:6px;-webkit-user-select:all;user-select:all">${htmlText(block.code)}</td>
</tr></table>`;
    case "action":
      // Outlook drops the padding of links: there the cell's own makes the button.
      return `<table ${layoutTable} style="margin:0 0 16px"><tr>
<td align="center" bgcolor="${accent}" style="background-color:${accent};border-radius:8px;mso-padding-alt:14px 28px"><a href="${htmlText(block.link)}" style="display:inline-block;padding:14px 28px;${button};font-weight:bold;text-decoration:none">${htmlText(block.label)}</a></td>
</tr></table>
<p class="dim" style="margin:0 0 16px;${small}">${htmlText(block.otherwise)}<br><a class="link" href="${htmlText(block.link)}" style="color:${accent};word-break:break-all">${htmlText(block.link)}</a></p>`;
    case "note":
      return `<p class="dim" style="margin:24px 0 0;${small}">${htmlText(block.text)}</p>`;
  }
}

function htmlText(text: string): string {
  return escapeHtml(clean(text));
}
