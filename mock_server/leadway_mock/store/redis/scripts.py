"""The verbs of the store as Lua scripts. A Redis server runs one script at a time.

All keys of a namespace (the text before the first slash) share one prefix, its home:
`leadway:{NAMESPACE}`. The braces are the hash tag of Redis Cluster.

    HOME:list:NAME      a list; each entry begins with its position: `17:text`
    HOME:counter:NAME   a hash with `value` and, for a counter that expires, `expires`
    HOME:names          the names of all lists and counters, scored 0 and so sorted as text
    HOME:expiring       the names of the counters that expire, scored by that time
    leadway:homes       the homes that hold something
    leadway:format      the version of this layout
"""

from __future__ import annotations

KEY_PREFIX = "leadway:"
HOMES = f"{KEY_PREFIX}homes"
FORMAT_KEY = f"{KEY_PREFIX}format"
FORMAT = "1"
"""The version of the layout, stored beside the data; a store of another one is not opened."""

CONSTANTS = f"local HOMES, FORMAT_KEY, FORMAT = '{HOMES}', '{FORMAT_KEY}', '{FORMAT}'"

FUNCTIONS = """
local function list_of(home, name) return home .. ':list:' .. name end
local function counter_of(home, name) return home .. ':counter:' .. name end
local function position_of(entry) return tonumber(string.match(entry, '^%d+')) end

-- All members of a sorted set, whose scores are 0, that begin with a text.
local function members_with_prefix(set, prefix)
  return redis.call('ZRANGEBYLEX', set, '[' .. prefix, '(' .. prefix .. '\\255')
end

local function register(home, name)
  if redis.call('ZADD', home .. ':names', 0, name) == 0 then return end
  if redis.call('ZADD', HOMES, 0, home) == 0 then return end
  redis.call('SET', FORMAT_KEY, FORMAT, 'NX') -- A server without persistence loses it.
end

local function unregister(home, name)
  redis.call('ZREM', home .. ':names', name)
  if redis.call('EXISTS', home .. ':names') == 0 then redis.call('ZREM', HOMES, home) end
end

local function delete(home, name)
  redis.call('UNLINK', list_of(home, name), counter_of(home, name))
  redis.call('ZREM', home .. ':expiring', name)
  unregister(home, name)
end

-- Calls act for each home and name under a prefix: the names in its own home, and for a prefix
-- without a slash, which has a prefix of homes, everything in those homes.
local function each_under(home, prefix, homes, act)
  for _, name in ipairs(members_with_prefix(home .. ':names', prefix)) do act(home, name) end
  if homes == '' then return end
  for _, other in ipairs(members_with_prefix(HOMES, homes)) do
    if other ~= home then
      for _, name in ipairs(members_with_prefix(other .. ':names', '')) do act(other, name) end
    end
  end
end
"""

_PRELUDE = CONSTANTS + FUNCTIONS

READ = (
    _PRELUDE
    + """
local found = {}
for at, home in ipairs(KEYS) do
  found[at] = redis.call('LINDEX', list_of(home, ARGV[at]), -1)
end
return found
"""
)

ITEMS = (
    _PRELUDE
    + """
local list, after, limit = list_of(KEYS[1], ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = redis.call('LINDEX', list, 0)
if not oldest or limit == 0 then return {} end
local first = math.max(0, after + 1 - position_of(oldest))
return redis.call('LRANGE', list, first, limit and first + limit - 1 or -1)
"""
)

COMMIT = (
    _PRELUDE
    + """
local home, now, expiring = KEYS[1], tonumber(ARGV[1]), KEYS[1] .. ':expiring'

local function newest_position(name)
  local newest = redis.call('LINDEX', list_of(home, name), -1)
  return newest and position_of(newest) or 0
end

local function append(name, value, keep, once, owned)
  local position = newest_position(name) + 1
  if position > 1 and once == 'once' then return position - 1 end
  if position == 1 then register(home, name) end
  local list = list_of(home, name)
  local length = redis.call('RPUSH', list, string.format('%.0f:', position) .. value)
  if keep and length > keep then
    for _, entry in ipairs(redis.call('LRANGE', list, 0, length - keep - 1)) do
      local text = string.match(entry, ':(.*)$')
      for prefix in string.gmatch(owned, '[^\\n]+') do delete(home, prefix .. text) end
    end
    redis.call('LTRIM', list, length - keep, -1)
  end
  return position
end

local function forget_expired()
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', expiring, '-inf', ARGV[1])) do
    redis.call('DEL', counter_of(home, old))
    redis.call('ZREM', expiring, old)
    if redis.call('EXISTS', list_of(home, old)) == 0 then unregister(home, old) end
  end
end

local function increment(name, expires)
  local counter = counter_of(home, name)
  local former = redis.call('HGET', counter, 'expires')
  if former and tonumber(former) <= now then redis.call('HDEL', counter, 'value') end
  local number = redis.call('HINCRBY', counter, 'value', 1)
  if expires == '' then
    if former then
      redis.call('HDEL', counter, 'expires')
      redis.call('ZREM', expiring, name)
    end
  elseif expires ~= former then
    redis.call('HSET', counter, 'expires', expires)
    redis.call('ZADD', expiring, expires, name)
  end
  if number > 1 then return number end
  register(home, name)
  if expires ~= '' then forget_expired() end
  return number
end

-- Each write has seven arguments: kind, name, value or expiry, after, keep, once, owned prefixes.
for at = 2, #ARGV, 7 do
  local after = tonumber(ARGV[at + 3])
  if after and after ~= newest_position(ARGV[at + 1]) then return false end
end
local numbers = {}
for at = 2, #ARGV, 7 do
  local name, text = ARGV[at + 1], ARGV[at + 2]
  if ARGV[at] == 'append' then
    numbers[#numbers + 1] = append(
      name, text, tonumber(ARGV[at + 4]), ARGV[at + 5], ARGV[at + 6])
  else
    numbers[#numbers + 1] = increment(name, text)
  end
end
return numbers
"""
)

DELETE = _PRELUDE + "for _, name in ipairs(ARGV) do delete(KEYS[1], name) end"

CLEAR = _PRELUDE + "each_under(KEYS[1], ARGV[1], ARGV[2], delete)"

EXPORT = (
    _PRELUDE
    + """
local found = {}
each_under(KEYS[1], ARGV[1], ARGV[2], function(home, name)
  local counter = redis.call('HMGET', counter_of(home, name), 'value', 'expires')
  local entries = redis.call('LRANGE', list_of(home, name), 0, -1)
  found[#found + 1] = {home, name, entries, counter[1], counter[2]}
end)
return found
"""
)

RESTORE = (
    _PRELUDE
    + """
each_under(KEYS[1], ARGV[1], ARGV[2], delete)
for _, row in ipairs(cjson.decode(ARGV[3])) do
  local home, name, entries, value, expires = row[1], row[2], row[3], row[4], row[5]
  register(home, name)
  for _, entry in ipairs(entries) do redis.call('RPUSH', list_of(home, name), entry) end
  if value ~= '' then redis.call('HSET', counter_of(home, name), 'value', value) end
  if expires ~= '' then
    redis.call('HSET', counter_of(home, name), 'expires', expires)
    redis.call('ZADD', home .. ':expiring', expires, name)
  end
end
"""
)

CLAIM = (
    _PRELUDE
    + """
redis.call('SET', FORMAT_KEY, FORMAT, 'NX')
return redis.call('GET', FORMAT_KEY)
"""
)
"""Store the format where there is none, and return the stored one."""

ALL = (READ, COMMIT, ITEMS, DELETE, CLEAR, EXPORT, RESTORE, CLAIM)
