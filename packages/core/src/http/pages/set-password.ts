import { isAuthError, type AuthError } from "../../errors.ts";
import { run } from "../call.ts";
import type { EndpointReply } from "../endpoint.ts";
import { faultsOf, formOf, summaryOf, type Field } from "./fields.ts";
import { formFields } from "./form.ts";
import { button, page, paragraph, seeOther } from "./layout.ts";
import { linkFaultPage } from "./notices.ts";
import type { View, Views, Visit } from "./visit.ts";

/** The form for the link that was opened last in this browser. */
const show: View = async (visit) => {
  const token = visit.cookie.read(visit.request.rawHeaders);
  if (token === null) return linkFaultPage(visit, "withoutLink");
  const link = await visit.auth.checkResetLink({ token }, visit.client).catch(orDead);
  if (link === null) return deadLink(visit);
  if (link.userId !== visit.request.params["uid"]) return linkFaultPage(visit, "swapped");
  return form(visit, 200, link.linkDigest, null);
};

/**
 * Sets the password. The form names the digest of the link it was made for, the path its user: both
 * must be the cookie's, so that whoever puts another cookie in place resets nothing with this form.
 */
const set: View = async (visit) => {
  const { request, auth, cookie } = visit;
  const fields = formFields(request);
  const token = cookie.read(request.rawHeaders);
  if (token === null) return linkFaultPage(visit, "withoutLink");
  const { linkDigest = "" } = fields;
  const own = { token, userId: request.params["uid"], linkDigest };
  try {
    await run(visit, auth.resetPasswordByForm, { confirmPassword: "", ...fields, ...own });
  } catch (error) {
    if (isAuthError(error, "expired_token")) return deadLink(visit);
    if (isAuthError(error, "invalid_token")) return linkFaultPage(visit, "swapped");
    if (!isAuthError(error) || !isAboutPasswords(error)) throw error;
    return form(visit, error.status, linkDigest, error);
  }
  return seeOther(visit, visit.wayTo("resetCompletePage"), { "set-cookie": cookie.clear });
};

/** The cookie's own link leads nowhere any more, and the cookie goes with it. */
function deadLink(visit: Visit): EndpointReply {
  return linkFaultPage(visit, "dead", { "set-cookie": visit.cookie.clear });
}

function orDead(error: unknown): null {
  if (isAuthError(error, "expired_token")) return null;
  throw error;
}

export const setPassword: Views = { GET: show, POST: set };

/** Whether the person can put it right in this form. */
function isAboutPasswords(error: AuthError): boolean {
  if (error.code === "weak_password" || error.code === "password_mismatch") return true;
  const ours = ["newPassword", "confirmPassword"];
  return error.code === "invalid_input" && error.fields.every(({ path }) => ours.includes(path));
}

function form(
  visit: Visit,
  status: number,
  linkDigest: string,
  refusal: AuthError | null,
): EndpointReply {
  const { words, client, auth } = visit;
  const { choose, faultsPrefix } = words;
  const faults = (name: string, missing: string): readonly string[] =>
    refusal === null ? [] : faultsOf(refusal, name, missing, client.locale);
  const differ = isAuthError(refusal, "password_mismatch") ? [titleOf(refusal, client.locale)] : [];
  const type = "password";
  const autocomplete = "new-password";
  const fields: readonly Field[] = [
    {
      ...{ name: "newPassword", type, autocomplete, label: choose.newPassword },
      hint: choose.hint(auth.settings.passwords),
      faults: faults("newPassword", choose.missing),
    },
    {
      ...{ name: "confirmPassword", type, autocomplete, label: choose.confirmPassword },
      faults: [...faults("confirmPassword", choose.missingAgain), ...differ],
    },
  ];
  const summary = summaryOf(words, fields);
  const blocks = [
    paragraph(choose.intro),
    ...(summary === null ? [] : [summary]),
    formOf(fields, { linkDigest }, choose.action),
  ];
  return page(visit, {
    ...{ status, blocks, heading: choose.heading },
    titlePrefix: summary === null ? "" : faultsPrefix,
  });
}

function titleOf(error: AuthError, locale: "en" | "ru"): string {
  error.locale = locale;
  return error.title;
}

/** The end of the story. */
export const complete: Views = {
  async GET(visit) {
    const { heading, text } = visit.words.complete;
    const { loginUrl } = visit.auth.settings;
    return page(visit, {
      ...{ status: 200, heading },
      blocks: [...text.map(paragraph), button(visit.words.signIn, loginUrl)],
    });
  },
};
