// From nobody to signed in, at a program that prints its mails.
import assert from "node:assert/strict";
import type { Running } from "./shell.ts";

const ada = { email: "ada@example.com", tag: "ada", password: "an engine of no numbers" };

/** Registers, confirms with the printed code, signs in; answers the headers of a signed-in request. */
export async function signIn(url: string, program: Running): Promise<{ authorization: string }> {
  const post = async (path: string, fields: object, status = 200): Promise<object> => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(fields);
    const response = await fetch(`${url}/api/v1/${path}`, { method: "POST", headers, body });
    assert.equal(response.status, status, await response.clone().text());
    return (await response.json()) as object;
  };
  await post("users/public/create", { ...ada, firstName: "Ada", lastName: "Lovelace" }, 201);
  const confirmationCode = await program.wait("the code", () => codeIn(program));
  await post("users/public/confirm", { email: ada.email, confirmationCode });
  const login = { tag: ada.tag, password: ada.password };
  const pair = await post("tokens/public/login", login);
  return { authorization: `Bearer ${String(Reflect.get(pair, "accessToken"))}` };
}

/** The newest code a program has printed. */
export function codeIn(program: Running): string | undefined {
  return program
    .printed()
    .match(/^\d{6}$/gm)
    ?.at(-1);
}
