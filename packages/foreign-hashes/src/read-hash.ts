import { bcryptForm } from "./forms/bcrypt.ts";
import { betterAuthForm } from "./forms/better-auth.ts";
import { djangoForm } from "./forms/django.ts";
import { phcForm } from "./forms/phc.ts";
import { springForm } from "./forms/spring.ts";
import { werkzeugForm } from "./forms/werkzeug.ts";
import type { Form, Recipe, Secrets } from "./recipe.ts";

/** No text belongs to two of them. */
const forms: readonly Form[] = [
  phcForm,
  bcryptForm,
  djangoForm,
  springForm,
  werkzeugForm,
  betterAuthForm,
];

/** What stores keep; no system writes longer ones. */
const mostCharacters = 1024;

/** How to check a password against a stored hash; null where no form knows it. */
export function readHash(stored: string, secrets: Secrets): Recipe | null {
  if (stored.length > mostCharacters) return null;
  for (const form of forms) {
    const found = form(stored, secrets);
    if (found !== null) return found;
  }
  return null;
}
