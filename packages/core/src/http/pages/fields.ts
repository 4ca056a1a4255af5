import { describeField, type AuthError } from "../../errors.ts";
import type { Locale } from "../../domain/locale.ts";
import { markup, type Markup } from "./markup.ts";
import type { PageWording } from "./wording.ts";

/** One input of a form, with what is wrong with it. */
export interface Field {
  readonly name: string;
  readonly type: "email" | "password";
  readonly label: string;
  readonly autocomplete: "email" | "new-password";
  readonly hint?: string;
  /** What was typed; never for a password. */
  readonly value?: string;
  readonly faults: readonly string[];
}

/** A labelled input, its hint and faults tied to it for whoever does not see them. */
export function inputOf(field: Field, isFirstFault: boolean): Markup {
  const { name, hint, value, faults } = field;
  const about = [
    hint === undefined ? "" : `${name}-hint`,
    faults.length > 0 ? `${name}-fault` : "",
  ];
  const described = about.filter((id) => id !== "").join(" ");
  return markup`<div class="field">
<label for="${name}">${field.label}</label>
<input id="${name}" name="${name}" type="${field.type}" autocomplete="${field.autocomplete}" autocapitalize="none" spellcheck="false" required${
    value === undefined ? null : markup` value="${value}"`
  }${described === "" ? null : markup` aria-describedby="${described}"`}${
    faults.length === 0 ? null : markup` aria-invalid="true"`
  }${isFirstFault ? markup` autofocus` : null}>
${hint === undefined ? null : markup`<p class="hint" id="${name}-hint">${hint}</p>`}${
    faults.length === 0 ? null : markup`<p class="fault" id="${name}-fault">${faults.join(" ")}</p>`
  }
</div>`;
}

/** The faults of all fields in one place, each a link to its input; null where there is none. */
export function summaryOf(words: PageWording, fields: readonly Field[]): Markup | null {
  const items = fields.flatMap(({ name, faults }) =>
    faults.map((fault) => markup`<li><a href="#${name}">${fault}</a></li>`),
  );
  if (items.length === 0) return null;
  return markup`<div class="summary" role="alert">
<h2>${words.faultsHeading}</h2>
<ul>${items}</ul>
</div>`;
}

/**
 * The form: what its fields are, and what it does. It is posted to where the page stands. The
 * browser's own checks stay out of the way: what is wrong is said once, in the page's language.
 */
export function formOf(
  fields: readonly Field[],
  hidden: Readonly<Record<string, string>>,
  action: string,
): Markup {
  const first = fields.find(({ faults }) => faults.length > 0);
  const kept = Object.entries(hidden).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
  );
  return markup`<form method="post" novalidate>
${kept}
${fields.map((field) => inputOf(field, field === first))}
<button class="button" type="submit">${action}</button>
</form>`;
}

/** What a refusal says about one field, in sentences; `missing` where nothing was typed. */
export function faultsOf(
  error: AuthError,
  name: string,
  missing: string,
  locale: Locale,
): readonly string[] {
  const own = error.fields.filter(({ path }) => path === name);
  return own.map((problem) =>
    problem.rule === "empty" || problem.rule === "required"
      ? missing
      : describeField(problem, locale),
  );
}
