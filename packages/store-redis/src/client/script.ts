import { createHash } from "node:crypto";

/** A Lua script, and the digest Redis knows it by. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

// A command that was on its way for too long does nothing: its caller has been told of a failure
// and may have tried again. A renewal done half a minute late, say, would make a replay of the
// client's next try. The time is the server's own, as the caller learnt it from a refusal.
const prelude = `
local clock = redis.call('TIME')
local milliseconds = clock[1] * 1000 + math.floor(clock[2] / 1000)
if milliseconds > tonumber(table.remove(ARGV, 1)) then
  return redis.error_reply(string.format('LATE %.0f', milliseconds))
end

-- Times are the caller's: a key's own end only reclaims space, some minutes after the last of what
-- it holds has ended for a caller with the slowest clock, and is never brought forward.
local margin = 300000
local function keep_for(key, duration)
  local needed = math.max(duration, 0) + margin
  if redis.call('PTTL', key) < needed then
    redis.call('PEXPIRE', key, string.format('%.0f', needed))
  end
end
`;

/**
 * A script on the one key `KEYS[1]`. `ARGV` starts with the first of the values it is run with;
 * `keep_for(key, milliseconds)` puts off the key's end.
 */
export function script(body: string): Script {
  const lua = prelude + body;
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}
