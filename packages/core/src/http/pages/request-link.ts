import { isAuthError, type AuthError } from "../../errors.ts";
import { run } from "../call.ts";
import type { EndpointReply } from "../endpoint.ts";
import { faultsOf, formOf, summaryOf, type Field } from "./fields.ts";
import { formFields } from "./form.ts";
import { otherWay, page, paragraph, seeOther } from "./layout.ts";
import type { View, Views, Visit } from "./visit.ts";

/** The form that asks for a link. */
const show: View = async (visit) => form(visit, 200, "", []);

/** Asks for a link as the JSON endpoint does: the answer is the same for every address. */
const ask: View = async (visit) => {
  const fields = formFields(visit.request);
  try {
    await run(visit, visit.auth.forgotPassword, fields);
  } catch (error) {
    const faults = isAuthError(error, "invalid_input") ? faultsOfEmail(visit, error) : [];
    if (faults.length === 0) throw error;
    return form(visit, 400, fields["email"] ?? "", faults);
  }
  return seeOther(visit, visit.wayTo("resetDonePage"));
};

export const requestLink: Views = { GET: show, POST: ask };

function faultsOfEmail({ words, client }: Visit, error: AuthError): readonly string[] {
  return faultsOf(error, "email", words.request.missing, client.locale);
}

function form(
  visit: Visit,
  status: number,
  value: string,
  faults: readonly string[],
): EndpointReply {
  const { faultsPrefix, signIn } = visit.words;
  const { heading, intro, email, action } = visit.words.request;
  const fields: readonly Field[] = [
    { name: "email", type: "email", autocomplete: "email", label: email, value, faults },
  ];
  const summary = summaryOf(visit.words, fields);
  const blocks = [
    paragraph(intro),
    ...(summary === null ? [] : [summary]),
    formOf(fields, {}, action),
    otherWay(signIn, visit.auth.settings.loginUrl),
  ];
  return page(visit, {
    ...{ status, heading, blocks },
    titlePrefix: summary === null ? "" : faultsPrefix,
  });
}

/** The same words whether or not the address is known. */
export const requested: Views = {
  async GET(visit) {
    const { done, signIn, askAgain } = visit.words;
    const blocks = [
      ...done.text.map(paragraph),
      otherWay(askAgain, visit.wayTo("resetRequestPage")),
      otherWay(signIn, visit.auth.settings.loginUrl),
    ];
    return page(visit, { status: 200, heading: done.heading, blocks });
  },
};
