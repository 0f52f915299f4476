-- What wrk sends: the lines of one file in turn, each `BODY` or `PROOF<tab>BODY`; a proof is good once, so that the load
-- ends with them. Arguments: path, file of lines, file with the value of the Authorization header.
local requests = {}
local sent = 0
local once = false

function init(arguments)
  local headers = {
    ["Accept"] = "application/graphql-response+json, application/json",
    ["Content-Type"] = "application/json",
    ["Authorization"] = io.open(arguments[3]):read("*l"),
  }
  for line in io.lines(arguments[2]) do
    local proof, body = line:match("^([^\t{]+)\t(.*)$")
    once, headers["DPoP"] = proof ~= nil, proof
    requests[#requests + 1] = wrk.format("POST", arguments[1], headers, body or line)
  end
end

function request()
  if once and sent == #requests then
    wrk.thread:stop()
  else
    sent = sent % #requests + 1
  end
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
