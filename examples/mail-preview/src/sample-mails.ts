import { randomBytes } from "node:crypto";
import { createAuth, type AuthOptions } from "@latchkey/core";
import { memoryMailer, memoryStores, type KeptMessage } from "@latchkey/core/memory";
import type { Locale } from "@latchkey/core/ports";

export const locales: readonly Locale[] = ["en", "ru"];

/**
 * One mail of each kind, in one language: what Latchkey sends to somebody who registers, forgets the
 * password and sets another, and to two who have forgotten that they did or did not register.
 */
export async function sampleMails(
  locale: Locale,
  productName: string,
): Promise<readonly KeptMessage[]> {
  const mailer = memoryMailer();
  const options: AuthOptions = {
    publicUrl: "https://example.com",
    secret: randomBytes(32).toString("base64url"),
    ...{ stores: memoryStores(), mailer, productName, locale },
    ...{ mailUnknownAddresses: true, limits: "off" },
  };
  const auth = createAuth(options);
  const client = { ip: "127.0.0.1", locale };
  const ada = {
    ...{ firstName: "Ada", lastName: "Lovelace", email: "ada@example.com", tag: "ada.lovelace" },
    password: "an engine of no numbers",
  };

  const { registrationId } = await auth.register(ada, client);
  await auth.runJobs();
  const { email } = ada;
  const { code: confirmationCode } = mailer.last(email, "confirmation_code").data;
  await auth.confirm({ email, registrationId, confirmationCode }, client);

  await auth.forgotPassword({ email }, client);
  await auth.runJobs();
  const { link } = mailer.last(email, "reset_link").data;
  const token = new URL(link).pathname.split("/").at(-2) ?? "";
  await auth.resetPassword({ token, email, newPassword: "poetical science, 1843" }, client);
  await auth.runJobs();

  const byCode = createAuth({ ...options, tokens: { reset: "code" } });
  await byCode.forgotPassword({ email }, client);
  await byCode.runJobs();

  await auth.register({ ...ada, tag: "ada-again" }, client);
  await auth.forgotPassword({ email: "charles@example.com" }, client);
  await auth.runJobs();
  return mailer.messages;
}
