import { createServer, type Server } from "node:http";
import { indexPage, inScheme, mailPage, pathOf, schemes } from "./pages.ts";
import { locales, sampleMails } from "./sample-mails.ts";

/** Serves every mail in every language; nothing is kept, nothing is sent. */
export async function previewServer(productName: string): Promise<Server> {
  const mails = (
    await Promise.all(locales.map((locale) => sampleMails(locale, productName)))
  ).flat();
  const html = "text/html; charset=utf-8";
  const answers = new Map([["/", { type: html, body: indexPage(mails) }]]);
  for (const mail of mails) {
    answers.set(pathOf(mail), { type: html, body: mailPage(mail) });
    for (const scheme of schemes) {
      const body = inScheme(mail.html, scheme);
      answers.set(`${pathOf(mail)}.${scheme}.html`, { type: html, body });
    }
    answers.set(`${pathOf(mail)}.html`, { type: html, body: mail.html });
    answers.set(`${pathOf(mail)}.txt`, { type: "text/plain; charset=utf-8", body: mail.text });
  }
  return createServer((request, response) => {
    const answer = answers.get(request.url ?? "");
    response.setHeader("content-type", answer?.type ?? "text/plain; charset=utf-8");
    response.setHeader("cache-control", "no-store");
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(answer?.body ?? "There is no such mail.\n");
  });
}
