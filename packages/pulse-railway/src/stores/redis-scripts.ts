/**
 * KEYS: the keys. ARGV: index and prefix of each group in turn.
 * Answers `[[value, ttl], …], [[member, value, …], …]`. Members that expired leave their index here.
 */
export const READ = `
local entries = {}
for i, key in ipairs(KEYS) do
  entries[i] = { redis.call('GET', key), redis.call('PTTL', key) }
end
local groups = {}
for i = 1, #ARGV, 2 do
  local members = {}
  for _, member in ipairs(redis.call('SMEMBERS', ARGV[i])) do
    local value = redis.call('GET', ARGV[i + 1] .. member)
    if value then
      members[#members + 1] = member
      members[#members + 1] = value
    else
      redis.call('SREM', ARGV[i], member)
    end
  end
  groups[#groups + 1] = members
end
return { entries, groups }
`;

/**
 * KEYS: those to compare, to put, to drop. ARGV: how many of each, the channel to announce or '', then per compared key
 * '!' for absent or '=' and its value, then per put its value, ttl ('' for none, or 'kept'), group index ('' for none) and member.
 * Answers 1, or 0 when a comparison failed and nothing was written.
 */
export const COMMIT = `
local compared, puts, drops = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local arg = 5
for i = 1, compared do
  local value = redis.call('GET', KEYS[i])
  if (value and '=' .. value or '!') ~= ARGV[arg] then return 0 end
  arg = arg + 1
end
for i = compared + puts + 1, compared + puts + drops do
  redis.call('DEL', KEYS[i])
end
for i = compared + 1, compared + puts do
  local ttl = ARGV[arg + 1]
  if ttl == 'kept' then
    local left = redis.call('PTTL', KEYS[i])
    ttl = left < 0 and '' or math.max(1, left)
  end
  if ttl == '' then
    redis.call('SET', KEYS[i], ARGV[arg])
  else
    redis.call('SET', KEYS[i], ARGV[arg], 'PX', ttl)
  end
  if ARGV[arg + 2] ~= '' then redis.call('SADD', ARGV[arg + 2], ARGV[arg + 3]) end
  arg = arg + 4
end
if ARGV[4] ~= '' then redis.call('PUBLISH', ARGV[4], '') end
return 1
`;
