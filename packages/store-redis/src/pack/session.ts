import type { Session } from "@latchkey/core/ports";
import { packAddress, unpackAddress } from "./address.ts";

/**
 * A session as a hash's value: epoch, generation and the four times as numbers of seven bits a
 * byte, the lowest first (the scripts read and write these), then the agent's length, the agent
 * and the address. At most 64 bytes, so that Redis keeps the hash in its compact form.
 */
export function packSession(session: Session): Buffer {
  const { epoch, generation, createdAt, rotatedAt, idleExpiresAt, expiresAt } = session;
  const times = [createdAt, rotatedAt, idleExpiresAt, expiresAt].map((time) => time.getTime());
  const agent = Buffer.from(session.agent);
  const numbers = [epoch, generation, ...times, agent.length].flatMap(septets);
  return Buffer.concat([Buffer.from(numbers), agent, packAddress(session.ip)]);
}

export function unpackSession(userId: string, id: string, packed: Buffer): Session {
  let position = 0;
  const next = (): number => {
    let number = 0;
    let factor = 1;
    for (;;) {
      const byte = packed.readUInt8(position);
      position += 1;
      number += (byte & 0x7f) * factor;
      if (byte < 0x80) return number;
      factor *= 0x80;
    }
  };
  const session = {
    id,
    userId,
    epoch: next(),
    generation: next(),
    createdAt: new Date(next()),
    rotatedAt: new Date(next()),
    idleExpiresAt: new Date(next()),
    expiresAt: new Date(next()),
  };
  const agentLength = next();
  const agentEnd = position + agentLength;
  return {
    ...session,
    ip: unpackAddress(packed.subarray(agentEnd)),
    agent: packed.toString("utf8", position, agentEnd),
  };
}

function septets(number: number): readonly number[] {
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new RangeError(`a session's numbers and times must be whole and not negative: ${number}`);
  }
  const bytes: number[] = [];
  let rest = number;
  // Not by bit operations: times have more than 32 bits.
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}
