// English and Russian. What stands in the document is English; a service answers in either itself.

let language = "en";

/** What the document says in English, by `data-word`, as it was first read. @type {Map<string, string>} */
const written = new Map();

/** @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */
const words = {
  en: {
    nav: "Account",
    show: "Show",
    showPassword: "Show the password",
    closeSession: "Sign out",
    othersClosed: "You are signed out everywhere else.",
    passwordChanged: "Your password was changed. Every other session has ended.",
    registerAgain: "To get another code, register once more: this page no longer knows your claim.",
    sessionOver: "Your session is over. Sign in again.",
    sessionTimes: "{0} · since {1}",
    signedOut: "You are signed out.",
    thisSession: "This one",
    tokenEnds: "Ends at {0}; this service renews behind its gateway only",
    tokenRenewed: "Renewed silently before {0}",
    unknownAgent: "Unknown program",
    unreachable: "The service did not answer. Try again in a moment.",
    wait: "Try again in {0}.",
    wentWrong: "Something went wrong on this page.",
  },
  ru: {
    accessToken: "Токен доступа",
    backToSignIn: "Ко входу",
    change: "Сменить пароль",
    changeHint: "Все остальные сеансы завершатся вместе со старым паролем.",
    changeTitle: "Смена пароля",
    checkMail: "Проверьте почту",
    closeOthers: "Выйти на всех других устройствах",
    closeSession: "Завершить",
    code: "Код из письма",
    codeSent: "Если этот адрес здесь впервые, на него уже отправлено письмо с кодом из 6 цифр.",
    confirm: "Подтвердить",
    contract: "Описание",
    create: "Зарегистрироваться",
    currentPassword: "Текущий пароль",
    demoMail: "Демо не рассылает писем. Ваше лежит в",
    email: "Электронная почта",
    enter: "Войти",
    enterCode: "Введите его здесь",
    firstName: "Имя",
    footer: "Демонстрация API Latchkey.",
    forgot: "Забыли пароль?",
    haveCode: "Ждёте код?",
    lastName: "Фамилия",
    mailbox: "демо-ящике",
    mailboxLink: "Почтовый ящик",
    memberSince: "С нами с",
    nav: "Учётная запись",
    newAccount: "Создайте учётную запись",
    newPassword: "Новый пароль",
    otherTag: "Другой тег",
    othersClosed: "Все остальные сеансы завершены.",
    password: "Пароль",
    passwordChanged: "Пароль изменён. Все остальные сеансы завершены.",
    passwordHint: "Не менее 15 символов. Подойдут несколько слов, которые легко запомнить.",
    register: "Регистрация",
    registerAgain:
      "Чтобы получить новый код, зарегистрируйтесь ещё раз: страница не помнит заявки.",
    repeatPassword: "Новый пароль ещё раз",
    resend: "Отправить новый код",
    sessionOver: "Сеанс завершён. Войдите снова.",
    sessionTimes: "{0} · с {1}",
    sessions: "Где выполнен вход",
    show: "Показать",
    showPassword: "Показать пароль",
    signIn: "Вход",
    signOut: "Выйти",
    signedOut: "Вы вышли.",
    tag: "Тег",
    tagHint:
      "Для входа: от 3 до 32 латинских букв, цифр, «_», «.», «-». Можно не указывать: составим сами.",
    tagOptional: "Тег (необязательно)",
    tagOrEmail: "Тег или электронная почта",
    thisSession: "Этот",
    tokenEnds: "Действует до {0}; обновление только через шлюз",
    tokenRenewed: "Обновится незаметно до {0}",
    unknownAgent: "Неизвестная программа",
    unreachable: "Сервис не ответил. Повторите чуть позже.",
    wait: "Повторите через {0}.",
    welcome: "С возвращением",
    wentWrong: "На странице что-то пошло не так.",
  },
};

/**
 * @param {string} name
 * @param {...string} values for {0}, {1}
 */
export function word(name, ...values) {
  const text = words[language]?.[name] ?? written.get(name) ?? name;
  return text.replace(/\{(\d)\}/g, (_, place) => values[Number(place)] ?? "");
}

/** @param {string} wanted */
export function setLanguage(wanted) {
  language = wanted;
  document.documentElement.lang = wanted;
  for (const element of document.querySelectorAll("[data-word]")) {
    const name = element.getAttribute("data-word") ?? "";
    if (!written.has(name)) written.set(name, element.textContent);
    element.textContent = word(name);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.getAttribute("data-label") ?? ""));
  }
  const button = document.getElementById("language");
  if (button === null) return;
  button.textContent = wanted === "ru" ? "English" : "Русский";
  button.lang = otherLanguage();
}

export function otherLanguage() {
  return language === "ru" ? "en" : "ru";
}

/** @param {string} at @param {boolean} [withTime] */
export function date(at, withTime = false) {
  /** @type {Intl.DateTimeFormatOptions} */
  const style = withTime ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "long" };
  return new Intl.DateTimeFormat(language, style).format(new Date(at));
}

/** @param {Date} at */
export function time(at) {
  return new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(at);
}

/** How long to wait, in a unit somebody can picture. @param {number} seconds */
export function wait(seconds) {
  const unit = seconds < 90 ? "second" : seconds < 5400 ? "minute" : "hour";
  const amount = Math.ceil(seconds / { second: 1, minute: 60, hour: 3600 }[unit]);
  // Russian would need another case for the long form.
  const unitDisplay = language === "ru" ? "short" : "long";
  const format = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay });
  return word("wait", format.format(amount));
}
