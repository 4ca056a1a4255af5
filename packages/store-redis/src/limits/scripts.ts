import { type Script, script } from "../client/script.ts";

// KEYS[1] is a subject's hash of rule -> 'count:last:end', the times in milliseconds.
const counters = `
local function read(field)
  local value = redis.call('HGET', KEYS[1], field)
  if not value then return nil end
  local count, last, ends = string.match(value, '^(%d+):(%d+):(%d+)$')
  return {count = tonumber(count), last = tonumber(last), ends = tonumber(ends)}
end

local function standing(field, now)
  local counter = read(field)
  return counter and now < counter.ends and counter or nil
end

local function write(field, counter)
  local value = string.format('%.0f:%.0f:%.0f', counter.count, counter.last, counter.ends)
  return redis.call('HSET', KEYS[1], field, value)
end

-- Strangers choose the scopes: each new counter makes a look at a few others, so that a hash stays
-- within a constant factor of what still counts in it.
local function sweep(now)
  for _, field in ipairs(redis.call('HRANDFIELD', KEYS[1], 4)) do
    if not standing(field, now) then redis.call('HDEL', KEYS[1], field) end
  end
end
`;

/**
 * ARGV: now, then of each rule its field, 'window' or 'backoff', how many it allows at once, its
 * window, and its first and longest wait (in milliseconds). Answers nothing, or which rule refused
 * and the whole seconds to wait.
 */
export const takeScript: Script = script(`${counters}
local now = tonumber(ARGV[1])

local function wait_of(counter, kind, most, base, longest)
  if kind == 'window' then return counter.count < most and 0 or counter.ends - now end
  local free = math.max(1, most)
  if counter.count < free then return 0 end
  local wait = math.min(base * 2 ^ (counter.count - free), longest)
  return math.min(counter.last + wait, counter.ends) - now
end

for first = 2, #ARGV, 6 do
  local field, kind, most = ARGV[first], ARGV[first + 1], tonumber(ARGV[first + 2])
  local window = tonumber(ARGV[first + 3])
  local base, longest = tonumber(ARGV[first + 4]), tonumber(ARGV[first + 5])
  local counter = standing(field, now) or {count = 0, last = now, ends = now + window}
  local wait = wait_of(counter, kind, most, base, longest)
  if wait > 0 then return {(first + 4) / 6, math.max(1, math.ceil(wait / 1000))} end
  counter.count = counter.count + 1
  -- Callers' clocks differ a little: a counter never moves back.
  counter.last = math.max(counter.last, now)
  if kind == 'backoff' then counter.ends = counter.last + window end
  local new = write(field, counter)
  keep_for(KEYS[1], counter.ends - now)
  if new == 1 then sweep(now) end
end
return {}
`);

/** ARGV: now, how many fields to clear, these, and the fields to take one count back from. */
export const forgiveScript: Script = script(`${counters}
local now, clear = tonumber(ARGV[1]), tonumber(ARGV[2])
for index = 3, #ARGV do
  local field = ARGV[index]
  if index <= clear + 2 then
    redis.call('HDEL', KEYS[1], field)
  else
    local counter = standing(field, now)
    if counter then
      counter.count = math.max(0, counter.count - 1)
      write(field, counter)
    end
  end
end
return 0
`);
