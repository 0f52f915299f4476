-- What wrk sends: the bodies of one file in turn, with one token. Arguments: path, file of bodies, file of the token.
local requests = {}
local sent = 0

function init(arguments)
  local token = io.open(arguments[3]):read("*l")
  local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token }
  for body in io.lines(arguments[2]) do
    requests[#requests + 1] = wrk.format("POST", arguments[1], headers, body)
  end
end

function request()
  sent = sent % #requests + 1
  return requests[sent]
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration, errors.status, broken, latency:percentile(50), latency:percentile(99)
  ))
end
