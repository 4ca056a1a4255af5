/** What the pages say, in both languages: the words a visitor goes by. */
export interface PageWords {
  readonly signIn: string;
  readonly name: string;
  readonly password: string;
  readonly forgot: string;
  readonly request: Readonly<Record<"heading" | "email" | "missing" | "action", string>>;
  readonly done: string;
  readonly choose: Readonly<Record<"heading" | "one" | "other" | "action", string>>;
  readonly weak: string;
  readonly differ: string;
  readonly complete: Readonly<Record<"heading" | "action", string>>;
  readonly dead: string;
  readonly newLink: string;
}

export const words: Readonly<Record<"en" | "ru", PageWords>> = {
  en: {
    ...{ signIn: "Sign in", name: "Tag or email", password: "Password" },
    forgot: "Forgot password?",
    request: {
      ...{ heading: "Forgot your password?", email: "Email address" },
      ...{ missing: "Enter your email address.", action: "Send the link" },
    },
    done: "Check your mail",
    choose: {
      ...{ heading: "Choose a new password", action: "Set the password" },
      ...{ one: "New password", other: "New password again" },
    },
    weak: "At least 15 characters.",
    differ: "The two passwords differ.",
    complete: { heading: "Your password was changed", action: "Sign in" },
    ...{ dead: "This link no longer works", newLink: "Send a new link" },
  },
  ru: {
    ...{ signIn: "Войти", name: "Тег или электронная почта", password: "Пароль" },
    forgot: "Забыли пароль?",
    request: {
      ...{ heading: "Забыли пароль?", email: "Адрес электронной почты" },
      ...{ missing: "Укажите адрес электронной почты.", action: "Прислать ссылку" },
    },
    done: "Проверьте почту",
    choose: {
      ...{ heading: "Новый пароль", action: "Сохранить пароль" },
      ...{ one: "Новый пароль", other: "Новый пароль ещё раз" },
    },
    weak: "Не менее 15 символов.",
    differ: "Пароли не совпадают.",
    complete: { heading: "Пароль изменён", action: "Войти" },
    ...{ dead: "Ссылка больше не действует", newLink: "Прислать новую ссылку" },
  },
};
