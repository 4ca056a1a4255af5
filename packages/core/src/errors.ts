/** One text in both languages the product speaks. */
export interface Wording {
  /** English. */
  readonly en: string;
  /** Russian. */
  readonly ru: string;
}

interface ErrorRow {
  readonly status: number;
  readonly title: Wording;
  /**
   * True where one answer stands for several causes on purpose: nothing that could tell them apart
   * (field problems, wording, headers) may be added to it.
   */
  readonly secret: boolean;
}

/**
 * Every refusal Latchkey can answer: the one place that knows its HTTP status and its words.
 * Flows name codes, never statuses.
 */
export const errorTable = {
  /**
   * A field is missing, unknown, of the wrong type, too long or not what its name says. Show each
   * of `errors` beside its field. Nothing was changed.
   */
  invalid_input: {
    status: 400,
    title: {
      en: "Some of the fields are not valid.",
      ru: "Некоторые поля заполнены неверно.",
    },
    secret: false,
  },
  /**
   * The body is no JSON object, says a key twice or is nested too deeply; or a field or a token
   * came twice, in two places. Correct the program that sends it.
   */
  malformed_request: {
    status: 400,
    title: { en: "The request could not be read.", ru: "Не удалось прочитать запрос." },
    secret: false,
  },
  /**
   * Confirming, or resetting by code: the code is wrong, expired, used or tried too often, or the
   * address has none. Let the person type it again, or ask for a new code.
   */
  invalid_code: {
    status: 400,
    title: {
      en: "This code is not valid. Ask for a new one.",
      ru: "Код недействителен. Запросите новый.",
    },
    secret: true,
  },
  /**
   * Resetting a password: the link is too old, was used, a newer one was mailed, or (opaque links
   * only) it never was one. Offer to mail another.
   */
  expired_token: {
    status: 400,
    title: {
      en: "This link is no longer valid. Ask for a new one.",
      ru: "Ссылка больше не действует. Запросите новую.",
    },
    secret: true,
  },
  /**
   * `confirmPassword` is not `newPassword`. Let the person type both again; a reset link stays
   * good.
   */
  password_mismatch: {
    status: 400,
    title: { en: "The two passwords differ.", ru: "Пароли не совпадают." },
    secret: false,
  },
  /**
   * The request carries no `Authorization: Bearer` header. Send the access token in it, or ask the
   * person to sign in.
   */
  unauthenticated: {
    status: 401,
    title: { en: "Sign in to continue.", ru: "Войдите, чтобы продолжить." },
    secret: true,
  },
  /**
   * A token is expired, forged, of another kind, or its session has ended. For an access token:
   * renew once, then sign in. For a refresh token: sign in. For a reset link: offer to mail
   * another.
   */
  invalid_token: {
    status: 401,
    title: { en: "This token is not valid.", ru: "Токен недействителен." },
    secret: true,
  },
  /**
   * Signing in: there is no such tag or email, the password is wrong, or the account is disabled.
   * Let the person try again or reset the password.
   */
  invalid_credentials: {
    status: 401,
    title: {
      en: "The name or the password is wrong.",
      ru: "Неверное имя или пароль.",
    },
    secret: true,
  },
  /**
   * Signing in by tag with the right password before the email was confirmed. Ask for the mailed
   * code, and offer to mail another.
   */
  unconfirmed: {
    status: 403,
    title: {
      en: "Confirm your email address first.",
      ru: "Сначала подтвердите адрес электронной почты.",
    },
    secret: false,
  },
  /**
   * Resetting a password: `email` is not the account's. Let the person type it again; the link
   * stays good for ten tries in all.
   */
  email_mismatch: {
    status: 403,
    title: {
      en: "This link was made for another email address.",
      ru: "Ссылка выдана для другого адреса электронной почты.",
    },
    secret: true,
  },
  /**
   * Changing a password: `currentPassword` is wrong. Let the person type it again; the session goes
   * on.
   */
  wrong_password: {
    status: 403,
    title: { en: "The current password is wrong.", ru: "Текущий пароль неверен." },
    secret: false,
  },
  /** The session or the user named does not exist, or is not the caller's. Load the list again. */
  not_found: {
    status: 404,
    title: { en: "There is nothing here.", ru: "Здесь ничего нет." },
    secret: true,
  },
  /**
   * The path exists and the method does not; `Allow` names those that do. Correct the program that
   * sends it.
   */
  method_not_allowed: {
    status: 405,
    title: {
      en: "This method is not allowed here.",
      ru: "Этот метод здесь не разрешён.",
    },
    secret: false,
  },
  /**
   * Registering or confirming: a user has this tag. Ask for another; when confirming, send the same
   * code again with the new `tag`.
   */
  tag_taken: {
    status: 409,
    title: { en: "This tag is taken. Choose another.", ru: "Этот тег занят. Выберите другой." },
    secret: false,
  },
  /**
   * The body is longer than 16 KiB. No request needs as much: correct the program that sends it.
   */
  payload_too_large: {
    status: 413,
    title: { en: "The request body is too large.", ru: "Тело запроса слишком велико." },
    secret: false,
  },
  /**
   * `Content-Type` is missing, repeated or something else, or the body is compressed. Correct the
   * program that sends it.
   */
  unsupported_media_type: {
    status: 415,
    title: {
      en: "Send the request body as application/json in UTF-8.",
      ru: "Тело запроса должно быть application/json в UTF-8.",
    },
    secret: false,
  },
  /**
   * A new password is too short, too common or the person's own name. Show each of `errors` beside
   * its field; a reset link stays good.
   */
  weak_password: {
    status: 422,
    title: {
      en: "This password is too easy to guess.",
      ru: "Этот пароль слишком легко угадать.",
    },
    secret: false,
  },
  /**
   * Too much was asked from this network, or about this address, link or session. Wait for the
   * seconds in `Retry-After` before the next try.
   */
  rate_limited: {
    status: 429,
    title: {
      en: "Too many attempts. Try again later.",
      ru: "Слишком много попыток. Повторите позже.",
    },
    secret: true,
  },
  /**
   * A fault of the service; its operator finds the cause in the event `fault`. Say that it is not
   * the person's fault, and do not repeat the request at once.
   */
  internal: {
    status: 500,
    title: { en: "Something went wrong on our side.", ru: "Что-то пошло не так у нас." },
    secret: true,
  },
  /**
   * More passwords are being hashed than the service can bear. Repeat the request after the seconds
   * in `Retry-After`.
   */
  busy: {
    status: 503,
    title: {
      en: "The service is busy. Try again in a moment.",
      ru: "Сервис перегружен. Повторите чуть позже.",
    },
    secret: true,
  },
  /**
   * A database or its network is down. Keep the tokens: nobody is signed out. Repeat the request
   * after the seconds in `Retry-After`.
   */
  store_unavailable: {
    status: 503,
    title: {
      en: "The service is briefly unavailable. Try again in a moment.",
      ru: "Сервис временно недоступен. Повторите чуть позже.",
    },
    secret: true,
  },
} as const;
errorTable satisfies Readonly<Record<string, ErrorRow>>;

/** The stable machine word of a refusal. */
export type AuthErrorCode = keyof typeof errorTable;

/** What one field of an input did wrong. `{limit}` stands for the number the rule names. */
export const fieldRules = {
  required: { en: "This field is required.", ru: "Это поле обязательно." },
  unknown_field: { en: "This field is not known.", ru: "Это поле неизвестно." },
  wrong_type: { en: "This value has the wrong type.", ru: "Значение неверного типа." },
  empty: { en: "This field must not be empty.", ru: "Поле не должно быть пустым." },
  too_long: {
    en: "At most {limit} characters.",
    ru: "Не более {limit} символов.",
  },
  ill_formed: {
    en: "This text contains characters that are not allowed.",
    ru: "Текст содержит недопустимые символы.",
  },
  not_an_email: {
    en: "This is not an email address that can be used here.",
    ru: "Такой адрес электронной почты использовать нельзя.",
  },
  not_a_tag: {
    en: "A tag has 3 to 32 of the characters a–z, 0–9, '.', '_' and '-'.",
    ru: "Тег состоит из 3–32 символов: a–z, 0–9, '.', '_' и '-'.",
  },
  password_too_short: {
    en: "At least {limit} characters.",
    ru: "Не менее {limit} символов.",
  },
  password_too_common: {
    en: "This password is on the lists that attackers try first.",
    ru: "Этот пароль есть в списках, с которых начинают подбор.",
  },
  password_too_personal: {
    en: "Do not use your name, tag or email as the password.",
    ru: "Не используйте имя, тег или почту в качестве пароля.",
  },
  password_needs_letter: { en: "Add a letter.", ru: "Добавьте букву." },
  password_needs_digit: { en: "Add a digit.", ru: "Добавьте цифру." },
} as const;
fieldRules satisfies Readonly<Record<string, Wording>>;

/** The machine word of one field's fault. */
export type FieldRule = keyof typeof fieldRules;

/** One fault of one field: where, which rule, and the number in that rule. */
export interface FieldProblem {
  /** The field's name in the input. */
  readonly path: string;
  /** Which rule it breaks. */
  readonly rule: FieldRule;
  /** The number the rule names, where it names one. */
  readonly limit?: number;
}

/** What may accompany an {@link AuthError}. */
export interface AuthErrorDetails {
  /** Faults of single fields; left out of the answer where the code is secret. */
  readonly fields?: readonly FieldProblem[];
  /** When a further try can succeed, in whole seconds. */
  readonly retryAfterSeconds?: number;
  /** The underlying fault, for logs only. It never reaches a client. */
  readonly cause?: unknown;
}

/** A name rather than a class: two copies of this package in one app know each other's refusals. */
const brand = "latchkey.AuthError";

/**
 * A refusal with a stable `code`, its HTTP `status` and a `title` in the caller's language.
 * Recognise it with {@link isAuthError}, which survives two copies of the package in one app.
 */
export class AuthError extends Error {
  override readonly name = "AuthError";
  /** What to decide by. */
  readonly code: AuthErrorCode;
  /** The HTTP status that goes with the code. */
  readonly status: number;
  /** Faults of single fields; empty where there are none to tell. */
  readonly fields: readonly FieldProblem[];
  /** Whole seconds until a further try can succeed; undefined where waiting does not help. */
  readonly retryAfterSeconds: number | undefined;
  /** The language of `title`; set from the client's locale where a flow is called. */
  locale: keyof Wording = "en";
  readonly "latchkey.AuthError" = true;

  constructor(code: AuthErrorCode, details: AuthErrorDetails = {}) {
    super(
      `${code}: ${errorTable[code].title.en}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.status = errorTable[code].status;
    this.fields = details.fields ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  /** The refusal in one sentence, in the language of `locale`. */
  get title(): string {
    return errorTable[this.code].title[this.locale];
  }
}

/** Whether a caught value is a Latchkey refusal, and (with `code`) that very one. */
export function isAuthError<Code extends AuthErrorCode = AuthErrorCode>(
  value: unknown,
  code?: Code,
): value is AuthError & { readonly code: Code } {
  if (typeof value !== "object" || value === null || !(brand in value)) return false;
  return code === undefined || (value as AuthError).code === code;
}

/** The sentence for one field's fault, in one language. */
export function describeField(problem: FieldProblem, locale: keyof Wording): string {
  return fieldRules[problem.rule][locale].replace("{limit}", String(problem.limit ?? ""));
}

/**
 * Thrown by a mailer when a message can never be delivered as it is (an address the server
 * refuses for good): the job is buried instead of retried.
 */
export class MailRefused extends Error {
  override readonly name = "MailRefused";
  /** One word that is kept with the buried job, such as a status of the server; never a text of its. */
  readonly code: string | undefined;

  constructor(
    message: string,
    options: ErrorOptions & { readonly code?: string | undefined } = {},
  ) {
    super(message, options);
    this.code = options.code;
  }
}
