import type { Locale } from "../domain/locale.ts";
import type { MailContent, MailMessage } from "../ports/mailer.ts";
import { renderHtml, renderText } from "./layout.ts";
import { clean, parseWebLink, unlinkable, type Block, type Letter } from "./letter.ts";
import { en } from "./locales/en.ts";
import { ru } from "./locales/ru.ts";
import type { CommonWording, MailWording, Moment } from "./wording.ts";

interface MailOptions {
  /** The same for every retry of one message. */
  readonly id: string;
  /** The address as stored. */
  readonly to: string;
  readonly locale: Locale;
  /** As the product calls itself in its mails. */
  readonly productName: string;
}

const wordings: Readonly<Record<Locale, MailWording>> = { en, ru };

/**
 * A message in the reader's language, as HTML and as text that say the same. Codes and links stand
 * in the bodies alone, never in the subject; of what a stranger typed only the tag is named, and no
 * mail client makes a link of it. Times are UTC. Nothing is loaded from anywhere.
 *
 * @throws TypeError when the reset link is not an absolute http(s) address.
 */
export function composeMail(content: MailContent, options: MailOptions): MailMessage {
  const { id, to, locale } = options;
  const letter = writeLetter(content, options);
  return {
    ...content,
    ...{ id, to, locale },
    subject: clean(letter.subject),
    text: renderText(letter),
    html: renderHtml(letter),
  };
}

function writeLetter(content: MailContent, { locale, productName }: MailOptions): Letter {
  const wording = wordings[locale];
  const moment = (at: Date): Moment => formatMoment(at, locale);
  const finish = (words: CommonWording, blocks: readonly Block[]): Letter => ({
    locale,
    subject: words.subject(productName),
    preheader: words.preheader,
    blocks: [
      { kind: "heading", text: words.heading },
      ...blocks,
      { kind: "note", text: words.note },
    ],
    footer: wording.footer(productName),
  });

  switch (content.kind) {
    case "confirmation_code": {
      const words = wording.confirmation_code;
      const { code, tag, expiresAt } = content.data;
      return finish(words, [
        { kind: "paragraph", text: words.intro(productName) },
        { kind: "fact", label: words.tag, value: unlinkable(tag) },
        { kind: "code", label: words.code, code },
        { kind: "paragraph", text: words.until(moment(expiresAt)) },
      ]);
    }
    case "reset_link": {
      const words = wording.reset_link;
      const { action: label, otherwise } = words;
      const link = parseWebLink(content.data.link);
      return finish(words, [
        { kind: "paragraph", text: words.intro(productName) },
        { kind: "action", label, otherwise, link },
        { kind: "paragraph", text: words.until(moment(content.data.expiresAt)) },
      ]);
    }
    case "reset_code": {
      const words = wording.reset_code;
      const { code, expiresAt } = content.data;
      return finish(words, [
        { kind: "paragraph", text: words.intro(productName) },
        { kind: "code", label: words.code, code },
        { kind: "paragraph", text: words.until(moment(expiresAt)) },
      ]);
    }
    case "password_changed":
    case "account_exists":
    case "no_account": {
      const words = wording.notices[content.kind];
      return finish(words, [
        { kind: "paragraph", text: words.what(productName, moment(content.data.at)) },
        { kind: "paragraph", text: words.next },
      ]);
    }
  }
}

function formatMoment(at: Date, locale: Locale): Moment {
  const utc = { timeZone: "UTC" } as const;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "long", ...utc }).format(at);
  const time = new Intl.DateTimeFormat(locale, { ...clock, ...utc }).format(at);
  return { date, time: `${time} UTC` };
}
