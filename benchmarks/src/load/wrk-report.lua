-- Given `hundred`: requests with the queries ?of=0 to ?of=99, in turn. Given `own` and a text of this run: each with its own.
init = function(arguments)
  local number = 0
  if arguments[1] == 'hundred' then
    local requests = {}
    for of = 0, 99 do requests[of] = wrk.format(nil, wrk.path .. '?of=' .. of) end
    request = function()
      number = (number + 1) % 100
      return requests[number]
    end
  elseif arguments[1] == 'own' then
    local path = wrk.path .. '?of=' .. arguments[2] .. '-'
    request = function()
      number = number + 1
      return wrk.format(nil, path .. number)
    end
  end
end

-- One line of JSON in the shape of LoadReport; wrk counts in microseconds, and as status errors all above 399.
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"failures":%d,"latencyMs":{"p50":%.3f,"p99":%.3f}}\n',
    summary.requests,
    summary.duration / 1e6,
    summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3
  ))
end
