-- Shared by the scripts that read entries; it stands in front of them.
-- Reads up to `count` entries that have `most_bytes` together at most; one at least. Nobody knows how large the next ones are
-- (`longest` is what is known already), so they are read a few at a time: `first`, later `most` at most. `read(done, number)` answers
-- up to `number` entries behind the first `done`, each of `width` values, the bytes first; fewer end it.
-- Answers the values, and how many entries they are.
local function gather(count, most_bytes, first, most, width, longest, read)
  local values, done, bytes, step = {}, 0, 0, first
  while done < count and (done == 0 or bytes + longest <= most_bytes) do
    local number = math.min(step, count - done, math.max(1, math.floor((most_bytes - bytes) / longest)))
    local got = read(done, number)
    for index = 1, #got, width do
      bytes = bytes + #got[index]
      if done > 0 and bytes > most_bytes then
        return values, done
      end
      longest = math.max(longest, #got[index])
      for value = index, index + width - 1 do
        values[#values + 1] = got[value]
      end
      done = done + 1
    end
    if #got < number * width then
      break
    end
    step = math.min(step * 8, most)
  end
  return values, done
end
