import { describe, expect, it } from "vitest";
import type { MailMessage } from "../ports/mailer.ts";
import { manualClock } from "./clock.ts";
import { memoryMailer } from "./mailer.ts";

function aCodeMail(to: string, code: string): MailMessage {
  return {
    kind: "confirmation_code",
    data: { code, tag: "ada", expiresAt: new Date(0) },
    id: code,
    to,
    locale: "en",
    subject: "Your code",
    text: code,
    html: code,
  };
}

function aNotice(to: string): MailMessage {
  const data = { at: new Date(0) };
  return { ...aCodeMail(to, "notice"), kind: "password_changed", data };
}

describe("memoryMailer", () => {
  it("keeps messages in the order they came, with the time of its clock", async () => {
    const clock = manualClock("2026-01-01T00:00:00Z");
    const mailer = memoryMailer(clock);
    await mailer.send(aCodeMail("ada@mail.example", "1"));
    clock.advance({ seconds: 1 });
    await mailer.send(aCodeMail("bob@mail.example", "2"));
    expect(mailer.messages).toEqual([
      { ...aCodeMail("ada@mail.example", "1"), at: new Date("2026-01-01T00:00:00Z") },
      { ...aCodeMail("bob@mail.example", "2"), at: new Date("2026-01-01T00:00:01Z") },
    ]);
  });

  it("answers the newest message to an address, and the newest of one kind", async () => {
    const mailer = memoryMailer();
    await mailer.send(aCodeMail("ada@mail.example", "1"));
    await mailer.send(aCodeMail("ada@mail.example", "2"));
    await mailer.send(aCodeMail("bob@mail.example", "3"));
    await mailer.send(aNotice("ada@mail.example"));
    expect(mailer.last("ada@mail.example").kind).toBe("password_changed");
    expect(mailer.last("ada@mail.example", "confirmation_code").data.code).toBe("2");
  });

  it("says whom it has mail for where there is none", async () => {
    const mailer = memoryMailer();
    expect(() => mailer.last("ada@mail.example")).toThrow(
      new TypeError("no mail was sent to ada@mail.example; mail was sent to: nobody"),
    );
    await mailer.send(aNotice("bob@mail.example"));
    expect(() => mailer.last("bob@mail.example", "reset_link")).toThrow(
      new TypeError(
        "no reset_link was sent to bob@mail.example; mail was sent to: bob@mail.example",
      ),
    );
  });

  it("forgets what it is told to, and all but the newest thousand", async () => {
    const mailer = memoryMailer();
    for (let count = 1; count <= 1001; count += 1) {
      await mailer.send(aCodeMail("ada@mail.example", String(count)));
    }
    expect(mailer.messages).toHaveLength(1000);
    expect(mailer.messages[0]?.id).toBe("2");
    mailer.clear();
    expect(mailer.messages).toEqual([]);
  });

  it("keeps copies", async () => {
    const mailer = memoryMailer();
    const message = aNotice("ada@mail.example");
    await mailer.send(message);
    mailer.last("ada@mail.example").at.setTime(1);
    expect(mailer.last("ada@mail.example").at).not.toEqual(new Date(1));
  });
});
