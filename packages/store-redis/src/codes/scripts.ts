import { type Script, script } from "../client/script.ts";

// KEYS[1] is an email's codes, packed as MessagePack: its claims, whether there have been several
// at once, the end of the last of them, and the pool of tries made without a claim's id.
const codes = `
local function load(now)
  local packed = redis.call('GET', KEYS[1])
  local email = packed and cmsgpack.unpack(packed) or {claims = {}, several = false, last_end = 0}
  local claims = {}
  for _, claim in ipairs(email.claims) do
    if claim.ends_at > now then claims[#claims + 1] = claim end
  end
  email.claims = claims
  if email.last_end <= now then email.several = false end
  if email.pool and email.pool.ends_at <= now then email.pool = nil end
  return email
end

local function save(email, now)
  redis.call('SET', KEYS[1], cmsgpack.pack(email), 'KEEPTTL')
  keep_for(KEYS[1], math.max(email.last_end, email.pool and email.pool.ends_at or 0) - now)
end

local function claim_of(email, id)
  for _, claim in ipairs(email.claims) do
    if claim.id == id then return claim end
  end
end
`;

/** ARGV: registration id, digest, sequence, code's end, claim's end, now. Answers 1 for kept. */
export const putScript: Script = script(`${codes}
local id, digest, sequence = ARGV[1], ARGV[2], tonumber(ARGV[3])
local expires_at, ends_at, now = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local email = load(now)
local claim = claim_of(email, id)
if claim then
  if sequence == claim.sequence then return digest == claim.digest and 1 or 0 end
  if sequence < claim.sequence then return 0 end
  claim.digest, claim.sequence, claim.expires_at = digest, sequence, expires_at
  claim.ends_at = math.max(claim.ends_at, ends_at)
else
  if #email.claims > 0 then email.several = true end
  email.claims[#email.claims + 1] = {
    id = id, digest = digest, sequence = sequence,
    expires_at = expires_at, ends_at = ends_at, tries = 0,
  }
end
email.last_end = math.max(email.last_end, ends_at)
save(email, now)
return 1
`);

/** ARGV: digest, registration id, tries per registration, now. A match takes no try. */
export const attemptClaimScript: Script = script(`${codes}
local digest, id, most, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local email = load(now)
local claim = claim_of(email, id)
if not claim then return {'absent'} end
if claim.tries >= most then return {'exhausted'} end
local standing = now < claim.expires_at
if standing and claim.digest == digest then
  return {'matched', id, email.several and 1 or 0}
end
claim.tries = claim.tries + 1
save(email, now)
return {standing and 'wrong' or 'absent'}
`);

/**
 * ARGV: digest, tries per registration, tries per email, length of the pool's day in milliseconds,
 * now. The pool counts what does not match, whether or not there is anything to compare with.
 */
export const attemptEmailScript: Script = script(`${codes}
local digest, most, most_of_email = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local day, now = tonumber(ARGV[4]), tonumber(ARGV[5])
local email = load(now)
local pool = email.pool or {count = 0, ends_at = now + day}
if pool.count >= most_of_email then return {'exhausted'} end
local standing, open, newest = 0, 0, nil
for _, claim in ipairs(email.claims) do
  if now < claim.expires_at then
    standing = standing + 1
    if claim.tries < most then
      open = open + 1
      if claim.digest == digest and (not newest or claim.sequence > newest.sequence) then
        newest = claim
      end
    end
  end
end
if newest then return {'matched', newest.id, email.several and 1 or 0} end
pool.count = pool.count + 1
email.pool = pool
save(email, now)
if standing == 0 then return {'absent'} end
return {open == 0 and 'exhausted' or 'wrong'}
`);
