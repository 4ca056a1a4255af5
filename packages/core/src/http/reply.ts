import type { Locale } from "../domain/locale.ts";
import type { Wording } from "../errors.ts";
import type { EndpointReply } from "./endpoint.ts";

/** On every answer: nothing here is for a cache, a sniffer or another caller. */
const guarded = {
  "cache-control": "no-store",
  pragma: "no-cache",
  "x-content-type-options": "nosniff",
  vary: "Authorization, Accept-Language",
} as const;

/** A JSON answer; dates become RFC 3339 UTC. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): EndpointReply {
  const type = { "content-type": "application/json; charset=utf-8" };
  return { status, headers: { ...guarded, ...type, ...headers }, body: JSON.stringify(value) };
}

/** JSON that is the same for everybody and may be kept for five minutes. */
export function publicJson(value: unknown): EndpointReply {
  const { headers, ...reply } = json(200, value);
  const { pragma: _, ...rest } = { ...guarded, ...headers };
  return { ...reply, headers: { ...rest, "cache-control": "public, max-age=300" } };
}

/** An answer without a body. */
export function empty(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): EndpointReply {
  return { status, headers: { ...guarded, ...headers }, body: null };
}

type MessageName =
  | "confirmed"
  | "code_on_its_way"
  | "signed_out"
  | "link_on_its_way"
  | "reset_code_on_its_way"
  | "password_reset";

/** The sentences of answers that only say that something was done. */
const messages: Readonly<Record<MessageName, Wording>> = {
  confirmed: {
    en: "Your email address is confirmed. You can sign in now.",
    ru: "Адрес подтверждён. Теперь можно войти.",
  },
  code_on_its_way: {
    en: "If this registration is waiting for confirmation, a new code is on its way.",
    ru: "Если эта регистрация ждёт подтверждения, новый код уже отправлен.",
  },
  signed_out: { en: "You are signed out.", ru: "Вы вышли." },
  link_on_its_way: {
    en: "If there is an account for this address, a link to set a new password is on its way.",
    ru: "Если для этого адреса есть учётная запись, ссылка для смены пароля уже отправлена.",
  },
  reset_code_on_its_way: {
    en: "If there is an account for this address, a code to set a new password is on its way.",
    ru: "Если для этого адреса есть учётная запись, код для смены пароля уже отправлен.",
  },
  password_reset: {
    en: "Your password was changed.",
    ru: "Ваш пароль был успешно изменен.",
  },
};

/** An answer that says in one sentence what was done, and perhaps what it is known by. */
export function message(
  status: number,
  name: MessageName,
  locale: Locale,
  more: Readonly<Record<string, unknown>> = {},
): EndpointReply {
  const value = { message: messages[name][locale], ...more };
  return json(status, value, { "content-language": locale });
}
