# Flattens a JSON document: one "path=value" line a scalar, members joined by dots, elements numbered from 0.
# Newlines and backslashes inside a value stay escaped (\n, \\), so that a value is one line; printf %b undoes that.
# Enough of RFC 8259 for what a metadata service sends; \u is decoded for the basic multilingual plane.

function utf8(code) {
  if (code < 128) return sprintf("%c", code)
  if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
  return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
}

function hex(digits,   i, n) {
  n = 0
  for (i = 1; i <= length(digits); i++) n = n * 16 + index("0123456789abcdef", tolower(substr(digits, i, 1))) - 1
  return n
}

function unescape(s,   out, at, c) {
  if (!index(s, "\\")) return s
  out = ""
  while (at = index(s, "\\")) {
    c = substr(s, at + 1, 1)
    out = out substr(s, 1, at - 1)
    s = substr(s, at + 2)
    if (c == "u") {
      out = out utf8(hex(substr(s, 1, 4)))
      s = substr(s, 5)
    } else if (c == "n") out = out "\\n"
    else if (c == "\\") out = out "\\\\"
    else if (c == "t") out = out "\t"
    else if (c == "r" || c == "b" || c == "f") out = out ""
    else out = out c
  }
  return out s
}

# next_token: sets kind ("{", "}", "[", "]", ":", ",", "string", "word", "" at the end or at a string without one) and token.
function next_token() {
  sub(/^[ \t\r\n]+/, "", text)
  kind = substr(text, 1, 1)
  if (kind == "\"") {
    if (!match(text, /^"([^"\\]|\\.)*"/)) {
      kind = text = ""
      return
    }
    token = unescape(substr(text, 2, RLENGTH - 2))
    text = substr(text, RLENGTH + 1)
    kind = "string"
  } else if (kind ~ /[-0-9a-z]/) {
    match(text, /^[-+.0-9a-zA-Z]+/)
    token = substr(text, 1, RLENGTH)
    text = substr(text, RLENGTH + 1)
    kind = "word"
  } else text = substr(text, 2)
}

# value: the token at hand begins a value whose place is path.
function value(path,   count, name) {
  if (kind == "{") {
    next_token()
    while (kind == "string") {
      name = token
      next_token()
      next_token()
      value(path == "" ? name : path "." name)
      next_token()
      if (kind == ",") next_token()
    }
  } else if (kind == "[") {
    count = 0
    next_token()
    while (kind != "]" && kind != "") {
      value(path "." count++)
      next_token()
      if (kind == ",") next_token()
    }
  } else if (kind == "string" || kind == "word") print path "=" token
}

{ text = text $0 "\n" }
END { next_token(); value("") }
