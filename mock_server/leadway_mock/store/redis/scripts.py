"""The verbs as Lua, which a Redis server runs one at a time: nothing happens in between.

All that begins with the same namespace (what comes before the first slash of a key) is kept under
one home, `leadway:{NAMESPACE}`. The braces are Redis Cluster's sign for what belongs together.

    HOME:list:NAME      a list, each entry behind its position: `17:text`; no position comes twice
    HOME:counter:NAME   a hash with `value` and, where it may be forgotten, `expires`
    HOME:names          the names of all lists and counters; all score 0, so they are sorted as text
    HOME:expiring       the names of the counters that may be forgotten, by when
    leadway:homes       the homes that hold something
    leadway:format      which layout this is
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

OURS = "leadway:"
"""How each key of ours begins."""

HOMES = f"{OURS}homes"
FORMAT_KEY = f"{OURS}format"
FORMAT = "1"
"""The layout of our data, kept beside it; another one is refused, not guessed at."""


@dataclass(frozen=True, slots=True)
class LuaScript:
    """A Lua script, and the digest by which a server knows it."""

    text: str
    digest: str


def _script(body: str) -> LuaScript:
    text = CONSTANTS + FUNCTIONS + body
    return LuaScript(text, hashlib.sha1(text.encode()).hexdigest())  # noqa: S324 - Redis says SHA-1


CONSTANTS = f"local HOMES, FORMAT_KEY, FORMAT = '{HOMES}', '{FORMAT_KEY}', '{FORMAT}'"

FUNCTIONS = """
local function list_of(home, name) return home .. ':list:' .. name end
local function counter_of(home, name) return home .. ':counter:' .. name end
local function position_of(entry) return tonumber(string.match(entry, '^%d+')) end

-- All members of a sorted set, whose scores are 0, that begin with a text.
local function beginning(set, prefix)
  return redis.call('ZRANGEBYLEX', set, '[' .. prefix, '(' .. prefix .. '\\255')
end

local function enlist(home, name)
  if redis.call('ZADD', home .. ':names', 0, name) == 0 then return end
  if redis.call('ZADD', HOMES, 0, home) == 0 then return end
  redis.call('SET', FORMAT_KEY, FORMAT, 'NX') -- A server without a disk forgets it by a restart.
end

local function strike_off(home, name)
  redis.call('ZREM', home .. ':names', name)
  if redis.call('EXISTS', home .. ':names') == 0 then redis.call('ZREM', HOMES, home) end
end

local function delete(home, name)
  redis.call('UNLINK', list_of(home, name), counter_of(home, name))
  redis.call('ZREM', home .. ':expiring', name)
  strike_off(home, name)
end

-- Each home and name that a prefix reaches: names in its own home, and with a pattern of homes, as
-- a prefix without a slash has one, whatever is in those.
local function each_under(home, prefix, homes, act)
  for _, name in ipairs(beginning(home .. ':names', prefix)) do act(home, name) end
  if homes == '' then return end
  for _, other in ipairs(beginning(HOMES, homes)) do
    if other ~= home then
      for _, name in ipairs(beginning(other .. ':names', '')) do act(other, name) end
    end
  end
end
"""

APPEND = _script("""
local home, name, value = KEYS[1], ARGV[1], ARGV[2]
local after, keep = tonumber(ARGV[3]), tonumber(ARGV[4])
local list = list_of(home, name)
local newest = redis.call('LINDEX', list, -1)
local position = newest and position_of(newest) or 0
if after and after ~= position then return false end
if not newest then enlist(home, name) end
position = position + 1
local length = redis.call('RPUSH', list, string.format('%.0f:', position) .. value)
local dropped = {}
if keep and length > keep then
  dropped = redis.call('LRANGE', list, 0, length - keep - 1)
  redis.call('LTRIM', list, length - keep, -1)
end
return {position, dropped}
""")

ITEMS = _script("""
local list, after, limit = list_of(KEYS[1], ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = redis.call('LINDEX', list, 0)
if not oldest or limit == 0 then return {} end
local first = math.max(0, after + 1 - position_of(oldest))
return redis.call('LRANGE', list, first, limit and first + limit - 1 or -1)
""")

INCREMENT = _script("""
local home, now, expiring = KEYS[1], tonumber(ARGV[1]), KEYS[1] .. ':expiring'

local function forget_expired()
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', expiring, '-inf', ARGV[1])) do
    redis.call('DEL', counter_of(home, old))
    redis.call('ZREM', expiring, old)
    if redis.call('EXISTS', list_of(home, old)) == 0 then strike_off(home, old) end
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
  enlist(home, name)
  if expires ~= '' then forget_expired() end
  return number
end

local numbers = {}
for at = 2, #ARGV, 2 do numbers[#numbers + 1] = increment(ARGV[at], ARGV[at + 1]) end
return numbers
""")

DELETE = _script("delete(KEYS[1], ARGV[1])")

CLEAR = _script("each_under(KEYS[1], ARGV[1], ARGV[2], delete)")

EXPORT = _script("""
local found = {}
each_under(KEYS[1], ARGV[1], ARGV[2], function(home, name)
  local counter = redis.call('HMGET', counter_of(home, name), 'value', 'expires')
  local entries = redis.call('LRANGE', list_of(home, name), 0, -1)
  found[#found + 1] = {home, name, entries, counter[1], counter[2]}
end)
return found
""")

RESTORE = _script("""
each_under(KEYS[1], ARGV[1], ARGV[2], delete)
for _, row in ipairs(cjson.decode(ARGV[3])) do
  local home, name, entries, value, expires = row[1], row[2], row[3], row[4], row[5]
  enlist(home, name)
  for _, entry in ipairs(entries) do redis.call('RPUSH', list_of(home, name), entry) end
  if value ~= '' then redis.call('HSET', counter_of(home, name), 'value', value) end
  if expires ~= '' then
    redis.call('HSET', counter_of(home, name), 'expires', expires)
    redis.call('ZADD', home .. ':expiring', expires, name)
  end
end
""")

CLAIM = _script("""
redis.call('SET', FORMAT_KEY, FORMAT, 'NX')
return redis.call('GET', FORMAT_KEY)
""")
"""Leave our format where there is none, and return the one that is there."""
