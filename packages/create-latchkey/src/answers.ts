/** What a project is made of. */
export interface Answers {
  readonly framework: "fastify" | "express";
  readonly stores: "memory" | "postgres" | "postgres-redis";
  readonly language: "en" | "ru";
}

export interface Choice<Value> {
  readonly value: Value;
  readonly label: string;
}

export interface Question<Value> {
  readonly message: string;
  /** The first is the default. */
  readonly choices: readonly [Choice<Value>, ...Choice<Value>[]];
}

/** The three questions, which are also the three flags. */
export const questions: { readonly [Name in keyof Answers]: Question<Answers[Name]> } = {
  framework: {
    message: "Which framework?",
    choices: [
      { value: "fastify", label: "Fastify" },
      { value: "express", label: "Express" },
    ],
  },
  stores: {
    message: "Where are accounts kept?",
    choices: [
      { value: "memory", label: "In memory: nothing to set up, forgotten when it stops" },
      { value: "postgres", label: "In Postgres" },
      { value: "postgres-redis", label: "In Postgres, with sessions and limits in Redis" },
    ],
  },
  language: {
    message: "Which language do mails, pages and the README speak?",
    choices: [
      { value: "en", label: "English" },
      { value: "ru", label: "Русский" },
    ],
  },
};

/** What each flag that was given says; `undefined` where none was. */
export type Given = { readonly [Name in keyof Answers]?: string | undefined };

/**
 * The answer a flag gives, if there is one.
 *
 * @throws Error naming the choices, for one that is none of them.
 */
export function answerOf<Name extends keyof Answers>(
  name: Name,
  given: Given,
): Answers[Name] | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  const { choices } = questions[name];
  const found = choices.find(({ value }) => value === text);
  if (found !== undefined) return found.value;
  const known = choices.map(({ value }) => value).join(", ");
  throw new Error(`--${name} ${text} is none of: ${known}`);
}
