import { randomBytes, randomUUID } from "node:crypto";
import { createAuth } from "@latchkey/core";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import type { MailMessage } from "@latchkey/core/ports";

const link = `https://app.example/password-reset/0196/${"eyJhbGciOiJIUzI1NiJ9.".repeat(20)}c2ln/`;

/** A message as small as it can be, with a link longer than a line may be. */
export function aMessage(
  changes: Partial<Pick<MailMessage, "to" | "id" | "subject">> = {},
): MailMessage {
  return {
    ...{ id: randomUUID(), to: "anna@example.com", locale: "ru", kind: "reset_link" },
    data: { link, expiresAt: new Date("2026-01-01T00:30:00Z") },
    subject: "Сброс пароля — Ключница",
    text: `Откройте ссылку:\n${link}\n.\nFrom here\n`,
    html: `<p>Откройте <a href="${link}">ссылку</a> ${"без переноса ".repeat(200)}</p>`,
    ...changes,
  };
}

/** A message just as core makes it: the one with the code. */
export async function coreMessage(locale: "en" | "ru" = "en"): Promise<MailMessage> {
  const mailer = memoryMailer();
  const auth = createAuth({
    ...{ publicUrl: "http://localhost", secret: randomBytes(32).toString("base64url") },
    ...{ stores: memoryStores(), mailer, productName: "Ключница" },
    passwords: { memoryKiB: 19_456, passes: 2 },
  });
  const names = { firstName: "Ada", lastName: "Lovelace", tag: "ada" };
  const person = { ...names, email: "ada@example.com", password: "an engine of no numbers" };
  await auth.register(person, { ip: "127.0.0.1", locale });
  await auth.runJobs();
  const { at: _at, ...message } = mailer.last(person.email);
  return message;
}
