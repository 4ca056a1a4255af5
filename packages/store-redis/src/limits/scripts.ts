import { type Script, script } from "../client/script.ts";

// KEYS[1] is a subject's hash of rule -> 'end;first:length:count;…', oldest stretch first, the times
// in milliseconds. A back-off has one stretch, from the last but one to the last.
const counters = `
local function standing(field, now)
  local value = redis.call('HGET', KEYS[1], field)
  local ends, rest = string.match(value or '', '^(%d+);(.*)$')
  if not ends or now >= tonumber(ends) then return nil end
  local counter = {ends = tonumber(ends), stretches = {}}
  for first, length, count in string.gmatch(rest, '(%d+):(%d+):(%d+)') do
    local stretch = {first = tonumber(first), count = tonumber(count)}
    stretch.last = stretch.first + tonumber(length)
    table.insert(counter.stretches, stretch)
  end
  return counter
end

local function write(field, counter)
  local parts = {string.format('%.0f', counter.ends)}
  for _, stretch in ipairs(counter.stretches) do
    local length = stretch.last - stretch.first
    table.insert(parts, string.format('%.0f:%.0f:%.0f', stretch.first, length, stretch.count))
  end
  return redis.call('HSET', KEYS[1], field, table.concat(parts, ';'))
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

-- Until so many of the oldest are over that the rest leaves room for one.
local function wait_of_window(stretches, most, window)
  local left = 0
  for _, stretch in ipairs(stretches) do left = left + stretch.count end
  for _, stretch in ipairs(stretches) do
    if left < most then return 0 end
    left = left - stretch.count
    if left < most then return stretch.last + window - now end
  end
  return 0
end

local function wait_of_backoff(counter, free, base, longest)
  local only = counter.stretches[1]
  if not only or only.count < free then return 0 end
  local wait = math.min(base * 2 ^ (only.count - free), longest)
  return math.min(only.last + wait, counter.ends) - now
end

for first = 2, #ARGV, 6 do
  local field, kind, most = ARGV[first], ARGV[first + 1], tonumber(ARGV[first + 2])
  local window = tonumber(ARGV[first + 3])
  local base, longest = tonumber(ARGV[first + 4]), tonumber(ARGV[first + 5])
  local is_window = kind == 'window'
  local counter = standing(field, now) or {ends = now, stretches = {}}
  local stretches = counter.stretches
  while is_window and stretches[1] and stretches[1].last + window <= now do
    table.remove(stretches, 1)
  end
  local wait = is_window and wait_of_window(stretches, most, window)
    or not is_window and wait_of_backoff(counter, math.max(1, most), base, longest)
  if wait > 0 then return {(first + 4) / 6, math.max(1, math.ceil(wait / 1000))} end
  local newest = stretches[#stretches]
  -- Of a window the first ten are remembered by themselves, then one a tenth.
  local apart = is_window and (#stretches < 10 or now - newest.first >= window / 10)
  if newest and not apart then
    newest.count = newest.count + 1
    if not is_window then newest.first = newest.last end
    -- Callers' clocks differ a little: a counter never moves back.
    newest.last = math.max(newest.last, now)
  else
    newest = {first = now, last = now, count = 1}
    table.insert(stretches, newest)
  end
  counter.ends = newest.last + window
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
    local newest = counter and counter.stretches[#counter.stretches]
    if newest then
      newest.count = newest.count - 1
      if newest.count == 0 then table.remove(counter.stretches) end
      -- The one before is the last again: it decides how long to wait, and when to forget.
      if string.sub(field, 1, 8) == 'backoff:' then
        counter.ends = counter.ends - (newest.last - newest.first)
        newest.last = newest.first
      end
      write(field, counter)
    end
  end
end
return 0
`);
