import { type Script, script } from "../client/script.ts";

// KEYS[1] is a user's hash of session id -> packed session (see pack/session.ts). Values are read
// into tables with their numbers by name and the rest, which no script looks into.
const sessions = `
local names = {'epoch', 'generation', 'created_at', 'rotated_at', 'idle_expires_at', 'expires_at'}

local function unpacked(value)
  local session, position = {}, 1
  for _, name in ipairs(names) do
    local number, factor, byte = 0, 1, nil
    repeat
      byte = string.byte(value, position)
      number = number + (byte % 128) * factor
      factor, position = factor * 128, position + 1
    until byte < 128
    session[name] = number
  end
  session.rest = string.sub(value, position)
  return session
end

local function packed(session)
  local bytes = {}
  for _, name in ipairs(names) do
    local number = session[name]
    while number >= 128 do
      bytes[#bytes + 1] = string.char(number % 128 + 128)
      number = math.floor(number / 128)
    end
    bytes[#bytes + 1] = string.char(number)
  end
  return table.concat(bytes) .. session.rest
end

local function is_live(session, now)
  return now < session.idle_expires_at and now < session.expires_at
end

-- In the order in which Redis keeps them: that of their opening, while the hash is small.
local function all()
  local flat, entries = redis.call('HGETALL', KEYS[1]), {}
  for index = 1, #flat, 2 do
    entries[#entries + 1] = {id = flat[index], session = unpacked(flat[index + 1])}
  end
  return entries
end

-- Published in the same step: who heard nothing since he asked, asked after the change. Classic
-- PUBLISH, not the sharded one, reaches every node of a cluster from the node of any key.
local function tell(channel, user, ids)
  if #ids == 0 then return end
  local parts = {struct.pack('>I2c0', #user, user)}
  for _, id in ipairs(ids) do parts[#parts + 1] = struct.pack('>I2c0', #id, id) end
  redis.call('PUBLISH', channel, table.concat(parts))
end
`;

const sessionScript = (body: string): Script => script(sessions + body);

/**
 * ARGV: channel, user, id, packed session, most sessions, now. A session whose id is there already
 * is left as it is; expired ones are dropped untold.
 */
export const openScript: Script = sessionScript(`
local channel, user, id, value = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local most, now = tonumber(ARGV[5]), tonumber(ARGV[6])
if redis.call('HEXISTS', KEYS[1], id) == 1 then return 0 end
local standing, ended = {}, {}
for _, entry in ipairs(all()) do
  if is_live(entry.session, now) then
    standing[#standing + 1] = entry
  else
    redis.call('HDEL', KEYS[1], entry.id)
  end
end
table.sort(standing, function(one, other)
  return one.session.created_at < other.session.created_at
end)
for index = 1, math.min(#standing, #standing + 1 - most) do
  redis.call('HDEL', KEYS[1], standing[index].id)
  ended[index] = standing[index].id
end
redis.call('HSET', KEYS[1], id, value)
local session = unpacked(value)
keep_for(KEYS[1], math.min(session.idle_expires_at, session.expires_at) - now)
tell(channel, user, ended)
return 1
`);

/**
 * ARGV: channel, user, id, generation, epoch, grace, idle time, now (durations in milliseconds).
 * Answers the outcome, and the session where there is one to answer.
 */
export const rotateScript: Script = sessionScript(`
local channel, user, id = ARGV[1], ARGV[2], ARGV[3]
local generation, epoch = tonumber(ARGV[4]), tonumber(ARGV[5])
local grace, idle, now = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local value = redis.call('HGET', KEYS[1], id)
if not value then return {'gone'} end
local session = unpacked(value)
if not is_live(session, now) then return {'gone'} end
if session.epoch < epoch then return {'stale'} end
-- Time never runs backwards, whichever caller's clock was behind.
local at = math.max(now, session.rotated_at)
if generation < session.generation then
  if generation == session.generation - 1 and at - session.rotated_at < grace then
    return {'repeated', value}
  end
  redis.call('HDEL', KEYS[1], id)
  tell(channel, user, {id})
  return {'replayed'}
end
session.generation = generation + 1
session.rotated_at = at
session.idle_expires_at = math.min(at + idle, session.expires_at)
value = packed(session)
redis.call('HSET', KEYS[1], id, value)
keep_for(KEYS[1], session.idle_expires_at - now)
return {'rotated', value}
`);

/** Ids and sessions, flat. */
export const listScript: Script = script(`
return redis.call('HGETALL', KEYS[1])
`);

/** ARGV: channel, user, id. */
export const closeScript: Script = sessionScript(`
local channel, user, id = ARGV[1], ARGV[2], ARGV[3]
local closed = redis.call('HDEL', KEYS[1], id)
if closed == 1 then tell(channel, user, {id}) end
return closed
`);

/** ARGV: channel, user, the epoch before which sessions end or '', the id to spare or ''. */
export const closeAllScript: Script = sessionScript(`
local channel, user, before, spared = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local told, closed = {}, 0
for _, entry in ipairs(all()) do
  if not before or entry.session.epoch < before then
    if entry.id ~= spared then
      closed = closed + redis.call('HDEL', KEYS[1], entry.id)
      told[#told + 1] = entry.id
    elseif before then
      entry.session.epoch = before
      redis.call('HSET', KEYS[1], entry.id, packed(entry.session))
      told[#told + 1] = entry.id
    end
  end
end
tell(channel, user, told)
return closed
`);
