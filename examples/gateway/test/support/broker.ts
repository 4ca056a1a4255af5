import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findKcat } from "latchkey-local-services/kcat-binary";

/** Every account event that the broker has now, as another client reads it. */
export async function accountEvents(brokers: string): Promise<readonly string[]> {
  const { path, environment } = await findKcat();
  const flags = ["-C", "-e", "-q", "-o", "beginning", "-t", "latchkey.accounts", "-b", brokers];
  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(path, flags, { env, timeout: 15_000 });
  return stdout.split("\n").filter((line) => line !== "");
}
